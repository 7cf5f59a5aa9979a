// SPDX-License-Identifier: Apache-2.0
#include "host/network_values.hpp"

#include <utility>

#include "host/operators.hpp"
#include "support/error.hpp"

namespace systole::host {

std::map<TensorId, HostTensor> network_values(const Network& network, const std::vector<HostTensor>& inputs,
                                              const WorkCallback& progress) {
  invariant(inputs.size() == network.inputs.size(), "a network gets a tensor for each of its inputs");
  std::map<TensorId, HostTensor> values;
  for (std::size_t i = 0; i < inputs.size(); ++i) values[network.inputs[i]] = inputs[i];
  std::size_t number = 0;
  for (const Node& node : network.nodes) {
    ++number;
    if (progress) progress({"check", node.name, number, network.nodes.size()});
    std::vector<HostTensor> operands;
    for (TensorId id : inputs_of(node.operation))
      operands.push_back(network.tensors[id].is_constant ? HostTensor{} : values.at(id));
    std::vector<HostTensor> results = run_node(network, node, operands);
    const std::vector<TensorId> ids = outputs_of(node.operation);
    invariant(results.size() == ids.size(), "a node computes all its outputs");
    for (std::size_t i = 0; i < ids.size(); ++i) values[ids[i]] = std::move(results[i]);
  }
  return values;
}

std::vector<HostTensor> network_outputs(const Network& network, const std::vector<HostTensor>& inputs) {
  const std::map<TensorId, HostTensor> values = network_values(network, inputs);
  std::vector<HostTensor> outputs;
  for (TensorId id : network.outputs) {
    const Tensor& tensor = network.tensors[id];
    outputs.push_back(tensor.is_constant ? HostTensor{tensor.type, tensor.shape, tensor.data} : values.at(id));
  }
  return outputs;
}

}  // namespace systole::host
