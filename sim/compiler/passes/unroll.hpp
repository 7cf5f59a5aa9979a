// SPDX-License-Identifier: Apache-2.0
//
// The first layer of an image network has three channels for array_rows rows: most of the array would rest. The host
// writes such an input spread out instead: the taps of a kernel row become channels (docs/reference/dram_layout.md).
#pragma once

#include "compiler/operators/operator_table.hpp"
#include "compiler/plan/plan.hpp"

namespace systole::compiler {

// After fusing. Fills TensorPlan::unrolled: for tensors that the host writes, that one node on the chip reads and
// nothing else, and that need fewer passes of the array that way.
void unroll_inputs(Plan& plan, const OperatorTable& nodes);

}  // namespace systole::compiler
