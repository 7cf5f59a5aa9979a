// SPDX-License-Identifier: Apache-2.0
//
// The first layer of an image network has three channels for array_rows rows: most of the array would rest. The host writes such an
// input spread out instead: the taps of a kernel row become channels (docs/reference/dram_layout.md).
#pragma once

#include "compiler/plan/plan.hpp"

namespace systole::compiler {

// Fills Plan::unrolled: for tensors that the host writes, that one convolution reads and nothing else on the chip, and that need fewer
// passes of the array that way.
void unroll_inputs(Plan& plan, const Network& network, const Chip& chip);

}  // namespace systole::compiler
