// SPDX-License-Identifier: Apache-2.0
//
// Runs nodes of a network on the host.
#pragma once

#include <string>
#include <vector>

#include "network/host_tensor.hpp"
#include "network/network.hpp"

namespace systole {

// `inputs` are in the order of inputs_of(node.operation). An input that is a constant of the network may be left
// empty: its values are taken from the network. Returns the outputs in the order of outputs_of. Errors (UserError): an
// input of the wrong type or shape, an operator that the host does not have.

// An ONNX operator by its name, wherever it stands: in the reader's graph or in a network.
struct HostWork {
  const std::string& node;  // name
  const std::string& operator_name;
  const Attributes& attributes;
  const std::vector<TensorId>&inputs, &outputs;  // indices into `tensors`
};
// Float operators by oneDNN where it has them.
std::vector<HostTensor> run_on_host(const std::vector<Tensor>& tensors, const HostWork& work,
                                    const std::vector<HostTensor>& inputs);

// A quantized operator, in plain loops with the exact arithmetic: what the chip must compute, bit for bit. The node is
// not a HostOperator.
std::vector<HostTensor> run_quantized(const Network& network, const Node& node, const std::vector<HostTensor>& inputs);

// Either of the two, by the node's operation.
std::vector<HostTensor> run_node(const Network& network, const Node& node, const std::vector<HostTensor>& inputs);

}  // namespace systole
