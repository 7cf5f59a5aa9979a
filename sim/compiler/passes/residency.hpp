// SPDX-License-Identifier: Apache-2.0
//
// Keeps tensors in the activation buffer from their producer to their last reader: no byte of them goes to DRAM.
//
// A tensor stays if all its readers are in the same step and can read it in place: windows and matrix products through
// their activation addresses, fused Adds as the residual. Padding becomes a frame around each channel block, filled
// once, so all readers must agree on its value. Residents live in the upper half of the buffer, first fit from the top
// down; the banks below the lowest one that is alive stay free for loads.
#pragma once

#include "compiler/operators/operator_table.hpp"
#include "compiler/plan/plan.hpp"

namespace systole::compiler {

// After fusing. Fills TensorPlan::resident.
void keep_residents(Plan& plan, const OperatorTable& nodes);

}  // namespace systole::compiler
