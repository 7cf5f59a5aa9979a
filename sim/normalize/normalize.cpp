// SPDX-License-Identifier: Apache-2.0
#include "normalize/normalize.hpp"

#include <utility>
#include <vector>

#include "normalize/macs.hpp"
#include "normalize/operator_table.hpp"
#include "normalize/passes.hpp"
#include "normalize/qdq.hpp"
#include "normalize/raw_graph.hpp"

namespace systole {
namespace {

bool translate(RawGraph& graph, const OnnxNode& node, std::vector<Node>& nodes) {
  if (node.operator_name == "QuantizeLinear") return translate_quantize(graph, node, nodes);
  const OperatorRule* rule = find_operator_rule(node.operator_name);
  return rule != nullptr && rule->direct != nullptr && rule->direct(graph, node, nodes);
}

Network network_of(OnnxGraph graph, std::vector<Node> nodes) {
  Network network;
  network.name = std::move(graph.name);
  network.note = std::move(graph.note);
  network.random_weights = graph.random_weights;
  network.tensors = std::move(graph.tensors);
  network.inputs = std::move(graph.inputs);
  network.outputs = std::move(graph.outputs);
  network.nodes = std::move(nodes);
  for (Node& node : network.nodes) {
    if (const auto* op = std::get_if<HostOperator>(&node.operation))
      node.macs = host_macs(network.tensors, node.operator_name, *op);
  }
  compact_tensors(network);
  return network;
}

}  // namespace

Network normalize(OnnxGraph onnx_graph, const std::string& file) {
  merge_equal_quantizations(onnx_graph);
  RawGraph graph(std::move(onnx_graph), file);
  std::vector<Node> nodes;
  for (const OnnxNode& node : graph.graph().nodes) {
    if (!translate(graph, node, nodes)) nodes.push_back(host_node(node));
  }
  nodes = needed_nodes(graph.graph(), std::move(nodes));
  nodes = fuse_clamps(graph.graph(), std::move(nodes));
  fill_absent_inputs(graph, nodes);
  return network_of(graph.take_graph(), std::move(nodes));
}

}  // namespace systole
