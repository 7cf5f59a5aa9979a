// SPDX-License-Identifier: Apache-2.0
//
// Runs nodes of a network on the host.
#pragma once

#include <vector>

#include "network/host_tensor.hpp"
#include "network/network.hpp"

namespace systole {

// `inputs` are in the order of inputs_of(node.operation). An input that is a constant of the
// network may be left empty: its values are taken from the network. Returns the outputs in the
// order of outputs_of. Errors (UserError): an input of the wrong type or shape, an operator that
// the host does not have.

// HostOperator, Lookup and Reshape; float operators by oneDNN where it has them.
std::vector<HostTensor> run_host(const Network& network, const Node& node, const std::vector<HostTensor>& inputs);

// Conv, Gemm, MatMul, Add, MaxPool and AveragePool, in plain loops with the exact arithmetic of quantized
// operators; Lookup and Reshape too. What the chip must compute, bit for bit.
std::vector<HostTensor> run_quantized(const Network& network, const Node& node, const std::vector<HostTensor>& inputs);

// Either of the two, by the node's operation.
std::vector<HostTensor> run_node(const Network& network, const Node& node, const std::vector<HostTensor>& inputs);

}  // namespace systole
