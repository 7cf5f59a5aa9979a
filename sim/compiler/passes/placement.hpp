// SPDX-License-Identifier: Apache-2.0
//
// Which nodes run on the chip, which on the host, and which are nothing but names for bytes.
//
// A node runs on the host if the chip has no instruction sequence with exactly its bits. What is refused, and why, is
// said in NodePlacement::reason; each operator knows its own reasons (operators/). Three of the questions depend on the
// answers before them: which tensors are bytes of others is only known when it is known who reads them on the chip, and
// a matrix product needs to know what its tensors have become.
#pragma once

#include "compiler/operators/operator_table.hpp"
#include "compiler/plan/plan.hpp"

namespace systole::compiler {

// Needs the views. Fills the placement of all nodes, and storage, place, blocks and flattening of all tensors.
void place_nodes(Plan& plan, const OperatorTable& nodes);

}  // namespace systole::compiler
