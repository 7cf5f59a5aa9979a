// SPDX-License-Identifier: Apache-2.0
//
// The order of chip and host steps: all that is ready on the chip and all that is ready on the host take turns, so that
// there are few doorbells.
#pragma once

#include "compiler/operators/operator_table.hpp"
#include "compiler/plan/plan.hpp"

namespace systole::compiler {

// Needs the placement; fills Plan::steps. UserError if the nodes are not in execution order.
void order_steps(Plan& plan, const OperatorTable& nodes);

}  // namespace systole::compiler
