// SPDX-License-Identifier: Apache-2.0
//
// QLinearSigmoid and QLinearLeakyRelu: any function of one element is a table.
#include <cstdint>
#include <utility>

#include "normalize/operators/operands.hpp"
#include "normalize/operators/operators.hpp"
#include "normalize/value_table.hpp"

namespace systole {

bool direct_activation(RawGraph& graph, const OnnxNode& node, std::vector<Node>& nodes) {
  if (!has_run_time_input(graph, node) || !graph.one_quantization(node, 1, 2) || !graph.one_quantization(node, 3, 4))
    return false;
  const ElementType type = graph.tensor(node.inputs[0]).type;
  std::vector<std::uint8_t> table = run_on_values(graph, node, 0, all_bytes(type)).data;
  nodes.push_back({node.name, node.operator_name, 0, Lookup{{node.inputs[0], node.outputs.at(0)}, std::move(table)}});
  return true;
}

}  // namespace systole
