// SPDX-License-Identifier: Apache-2.0
//
// Operators without a matrix product, and all nodes of a chip step.
#pragma once

#include <vector>

#include "compiler/lower/lowering.hpp"

namespace systole::compiler {

void lower_add(Lowering& lowering, const Add& op);
void lower_lookup(Lowering& lowering, std::uint32_t node, const Lookup& op);
void lower_max_pool(Lowering& lowering, const MaxPool& op);

// All nodes of a chip step. Adds the words that resident tensors hold, and for which items.
void lower_step(Lowering& lowering, const StepPlan& step, std::vector<Reservation>& reservations);

}  // namespace systole::compiler
