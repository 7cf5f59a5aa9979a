// SPDX-License-Identifier: Apache-2.0
//
// Reshape, Flatten, Squeeze, Unsqueeze, Identity and Dropout of int8 tensors.
#include "normalize/operators/operands.hpp"
#include "normalize/operators/operators.hpp"

namespace systole {

bool direct_reshape(RawGraph& graph, const OnnxNode& node, std::vector<Node>& nodes) {
  if (!is_byte(graph.tensor(node.inputs.at(0)).type) || !has_run_time_input(graph, node)) return false;
  nodes.push_back({node.name, node.operator_name, 0, Reshape{node.inputs[0], node.outputs.at(0)}});
  return true;
}

}  // namespace systole
