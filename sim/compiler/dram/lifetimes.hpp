// SPDX-License-Identifier: Apache-2.0
//
// When the bytes of each tensor in DRAM are in use.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "compiler/operators/operator_table.hpp"
#include "compiler/plan/plan.hpp"

namespace systole::compiler {

// Time counts chip nodes; a step begins (the host writes) and ends (the host reads) at times of its own.
struct Lifetime {
  std::int64_t first = std::numeric_limits<std::int64_t>::max(), last = -1;  // of writing, of the last reading
  void note(std::int64_t time);
  bool overlaps(const Lifetime& o) const { return first <= o.last && o.first <= last; }
};

// Per tensor; only for a storage that is in DRAM.
std::vector<std::optional<Lifetime>> lifetimes(const Plan& plan, const OperatorTable& nodes, bool keep_tensors);

}  // namespace systole::compiler
