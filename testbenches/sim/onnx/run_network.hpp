// SPDX-License-Identifier: Apache-2.0
//
// Runs whole networks on the host, and makes inputs for them.
#pragma once

#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "host/network_values.hpp"
#include "network/host_tensor.hpp"
#include "network/network.hpp"
#include "onnx/onnx_graph.hpp"

namespace systole::test {

// The outputs in the order of network.outputs, by the arithmetic of ONNX.
inline std::vector<HostTensor> run_network(const Network& network, const std::vector<HostTensor>& inputs) {
  return host::network_outputs(network, inputs);
}
// The graph as it stands, nothing translated.
std::vector<HostTensor> run_network(const OnnxGraph& graph, const std::vector<HostTensor>& inputs);

HostTensor byte_tensor(ElementType type, const Shape& shape, const std::vector<int>& values);
HostTensor float_tensor(const Shape& shape, const std::vector<float>& values);
std::vector<int> integers_of(const HostTensor& tensor);
std::vector<float> floats_of(const HostTensor& tensor);

// Uniform in [low, high], the same on every platform.
int uniform(std::mt19937& random, int low, int high);
std::vector<int> uniform_list(std::mt19937& random, std::size_t count, int low, int high);
HostTensor random_bytes(std::mt19937& random, ElementType type, const Shape& shape);

// The only node with this operation type, or a failure that names what there is.
template <typename T>
const T& only(const Network& network) {
  const T* found = nullptr;
  std::size_t count = 0;
  for (const Node& node : network.nodes) {
    if (const T* operation = std::get_if<T>(&node.operation)) {
      found = operation;
      ++count;
    }
  }
  if (count != 1)
    throw std::runtime_error("the network has " + std::to_string(count) + " nodes of the wanted kind, not 1");
  return *found;
}

}  // namespace systole::test
