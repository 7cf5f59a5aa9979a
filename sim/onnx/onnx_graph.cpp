// SPDX-License-Identifier: Apache-2.0
#include "onnx/onnx_graph.hpp"

#include <utility>

#include "host/operators.hpp"

namespace systole {

bool is_constant(const std::vector<Tensor>& tensors, TensorId id) {
  return id != kNoTensor && tensors.at(id).is_constant;
}

bool is_run_time_float(const std::vector<Tensor>& tensors, TensorId id) {
  return id != kNoTensor && !tensors.at(id).is_constant && tensors.at(id).type == ElementType::kFloat32;
}

std::vector<HostTensor> run_on_host(const std::vector<Tensor>& tensors, const OnnxNode& node,
                                    const std::vector<HostTensor>& inputs) {
  return run_on_host(tensors, HostWork{node.name, node.operator_name, node, node.inputs, node.outputs}, inputs);
}

Node host_node(OnnxNode node) {
  HostOperator op{std::move(static_cast<Attributes&>(node)), std::move(node.inputs), std::move(node.outputs)};
  return {std::move(node.name), std::move(node.operator_name), 0, std::move(op)};
}

Network on_host(OnnxGraph graph) {
  Network network;
  network.note = graph.note;
  network.random_weights = graph.random_weights;
  network.name = std::move(graph.name);
  network.tensors = std::move(graph.tensors);
  network.inputs = std::move(graph.inputs);
  network.outputs = std::move(graph.outputs);
  for (OnnxNode& node : graph.nodes) network.nodes.push_back(host_node(std::move(node)));
  return network;
}

}  // namespace systole
