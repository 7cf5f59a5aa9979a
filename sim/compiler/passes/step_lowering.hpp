// SPDX-License-Identifier: Apache-2.0
//
// All nodes of a chip step become items. A pooling may run beside the node before it, and residents hold words of the
// activation buffer in the meantime.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "compiler/emit/items.hpp"
#include "compiler/lower/lowering.hpp"
#include "compiler/operators/operator_table.hpp"

namespace systole::compiler {

// Returns the words that resident tensors hold, and for which items.
std::vector<Reservation> lower_step(Lowering& lowering, const OperatorTable& nodes, const StepPlan& step,
                                    const std::function<void(std::uint32_t node)>& begin_node = {});

}  // namespace systole::compiler
