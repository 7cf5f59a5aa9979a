// SPDX-License-Identifier: Apache-2.0
//
// Which nodes run on the chip, which on the host, and which only give another name to bytes.
//
// A node runs on the host if the chip has no instruction sequence with exactly its bits. NodePlacement::reason says
// why; each operator knows its own reasons (operators/). The operators are asked several times, because later answers
// depend on earlier ones. Which tensors are bytes of others depends on the nodes that read them on the chip. Whether
// the chip can run a matrix product depends on what its tensors have become.
#pragma once

#include "compiler/operators/operator_table.hpp"
#include "compiler/plan/plan.hpp"

namespace systole::compiler {

// Needs the views. Fills the placement of all nodes, and storage, place, blocks and flattening of all tensors.
void place_nodes(Plan& plan, const OperatorTable& nodes);

}  // namespace systole::compiler
