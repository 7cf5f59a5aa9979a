// SPDX-License-Identifier: Apache-2.0
//
// Inside the reader: what normalization does before and behind the translation of operators.
#pragma once

#include <vector>

#include "normalize/raw_graph.hpp"

namespace systole {

// Exporters give each reader of a float tensor a QuantizeLinear of its own; equal ones become one, so that the
// operator before them has one reader.
void merge_equal_quantizations(OnnxGraph& graph);

// Only the nodes that an output of the network depends on.
std::vector<Node> needed_nodes(const OnnxGraph& graph, std::vector<Node> nodes);

// A Lookup that only clamps what one operator has just computed becomes that operator's clamp.
std::vector<Node> fuse_clamps(const OnnxGraph& graph, std::vector<Node> nodes);

// An absent zero point or bias in the middle of a host operator's inputs becomes zero. Errors (UserError): an absent
// input of an operator that is not quantized.
void fill_absent_inputs(RawGraph& graph, std::vector<Node>& nodes);

// Drops tensors that nothing uses and numbers the rest anew, in their old order.
void compact_tensors(Network& network);

}  // namespace systole
