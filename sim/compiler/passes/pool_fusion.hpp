// SPDX-License-Identifier: Apache-2.0
//
// Fuses a MaxPool whose windows do not overlap into the node that computes its input, if no other node reads it: the
// store takes the maximum over a window of accumulator rows. A residual has no place in a window, so such a node adds
// nothing.
#pragma once

#include "compiler/operators/operator_table.hpp"
#include "compiler/plan/plan.hpp"

namespace systole::compiler {

// Changes the steps and NodePlan::fused_pool; the MaxPool itself leaves its step.
void fuse_pools(Plan& plan, const OperatorTable& nodes);

}  // namespace systole::compiler
