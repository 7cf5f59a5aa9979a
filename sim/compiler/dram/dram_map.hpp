// SPDX-License-Identifier: Apache-2.0
//
// Stage (b): the tensors' places in DRAM. See docs/reference/dram_layout.md.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/plan/plan.hpp"

namespace systole::compiler {

struct DramMap {
  std::vector<std::optional<TensorLayout>> layout;               // per tensor; offsets from base register 0
  std::vector<std::pair<std::uint64_t, std::uint64_t>> storage;  // per tensor: half open byte range, empty if none
  std::uint64_t size_bytes = 0;                                  // of the tensor region
};

// First fit over the tensors' lifetimes; a dead tensor's bytes are used again unless
// `keep_tensors`.
DramMap map_tensors(const Network& network, const Chip& chip, const Plan& plan, const CompileOptions& options);

}  // namespace systole::compiler
