// SPDX-License-Identifier: Apache-2.0
//
// Fuses an Add into the node that computes one of its operands, if no other node reads that operand and the node has no
// clamp of its own: its stores requantize, then add, in sequence. The node is then computed where the Add stood, when
// the other operand is there.
//
// y = fma(a, ra, fma(b, rb, F)) is not symmetric in its roundings: computing b instead of a is only possible if all
// 65536 sums come out the same, which is tried (plan/arithmetic.hpp).
#pragma once

#include "compiler/operators/operator_table.hpp"
#include "compiler/plan/plan.hpp"

namespace systole::compiler {

// Changes the steps and NodePlan::fused_add; the Add itself leaves its step.
void fuse_adds(Plan& plan, const OperatorTable& nodes);

}  // namespace systole::compiler
