// SPDX-License-Identifier: Apache-2.0
//
// The tensors' places in DRAM. See docs/reference/dram_layout.md. A tensor lives from the time when it is written to
// the time when it is read last; two tensors may have the same bytes if they do not live at the same time.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/operators/operator_table.hpp"
#include "compiler/plan/plan.hpp"

namespace systole::compiler {

struct DramMap {
  std::vector<std::optional<TensorLayout>> layout;               // per tensor; offsets from base register 0
  std::vector<std::pair<std::uint64_t, std::uint64_t>> storage;  // per tensor: half open byte range, empty if none
  std::uint64_t size_bytes = 0;                                  // of the tensor region
};

// First fit over the tensors' lifetimes, large tensors first. Constants, and with `keep_tensors` all, live forever.
DramMap map_tensors(const Plan& plan, const OperatorTable& nodes, bool keep_tensors);

}  // namespace systole::compiler
