// SPDX-License-Identifier: Apache-2.0
//
// Stage (a): which nodes run on the chip, how every tensor is seen, and the order of chip and host
// steps.
//
// A node runs on the host if the chip has no instruction sequence with exactly its bits. What is
// refused, and why, is said in `NodePlacement::reason`. The chip cannot run: a scale, add factor or
// offset that is not zero or a normal number (negative scales included); a max-pool window of more
// than 255 taps a side, or whose input patch is larger than the activation buffer; raw sums with a
// bias; a weight tile larger than the weight buffer; a MatMul whose right
// operand is laid out for something else, too, if array_rows and array_cols differ; a Lookup that is no requantization followed by
// a clamp.
#pragma once

#include "compiler/plan/plan.hpp"

namespace systole::compiler {

Plan place(const Network& network, const Chip& chip, const CompileOptions& options);

// Fuses Adds and MaxPools into the convolutions before them and keeps small tensors on the chip between nodes.
void fuse(Plan& plan, const Network& network, const Chip& chip);

}  // namespace systole::compiler
