// SPDX-License-Identifier: Apache-2.0
//
// How each tensor is seen: as images of channels, or as a matrix. The operators vote (plan/view_votes.hpp).
#pragma once

#include "compiler/operators/operator_table.hpp"
#include "compiler/plan/plan.hpp"

namespace systole::compiler {

void choose_views(Plan& plan, const OperatorTable& nodes);

}  // namespace systole::compiler
