// SPDX-License-Identifier: Apache-2.0
#include "sim/onnx/run_network.hpp"

#include <stdexcept>

namespace systole::test {

std::vector<HostTensor> run_network(const OnnxGraph& graph, const std::vector<HostTensor>& inputs) {
  return host::network_outputs(on_host(graph), inputs);
}

HostTensor byte_tensor(ElementType type, const Shape& shape, const std::vector<int>& values) {
  HostTensor tensor = make_host_tensor(type, shape);
  if (tensor.data.size() != values.size()) throw std::runtime_error("the test's tensor has the wrong number of values");
  for (std::size_t i = 0; i < values.size(); ++i) tensor.data[i] = static_cast<std::uint8_t>(values[i]);
  return tensor;
}

HostTensor float_tensor(const Shape& shape, const std::vector<float>& values) {
  HostTensor tensor = make_host_tensor(ElementType::kFloat32, shape);
  if (tensor.data.size() != values.size() * sizeof(float))
    throw std::runtime_error("the test's tensor has the wrong number of values");
  if (!values.empty()) std::memcpy(tensor.data.data(), values.data(), tensor.data.size());
  return tensor;
}

std::vector<int> integers_of(const HostTensor& tensor) {
  std::vector<int> values;
  for (std::size_t i = 0; i < static_cast<std::size_t>(element_count(tensor.shape)); ++i)
    values.push_back(static_cast<int>(integer_at(tensor, i)));
  return values;
}

std::vector<float> floats_of(const HostTensor& tensor) {
  if (tensor.type != ElementType::kFloat32) throw std::runtime_error("floats of an integer tensor");
  std::vector<float> values(tensor.data.size() / sizeof(float));
  if (!values.empty()) std::memcpy(values.data(), tensor.data.data(), tensor.data.size());
  return values;
}

int uniform(std::mt19937& random, int low, int high) {
  return low + static_cast<int>(random() % static_cast<std::uint32_t>(high - low + 1));
}

std::vector<int> uniform_list(std::mt19937& random, std::size_t count, int low, int high) {
  std::vector<int> values(count);
  for (int& value : values) value = uniform(random, low, high);
  return values;
}

HostTensor random_bytes(std::mt19937& random, ElementType type, const Shape& shape) {
  HostTensor tensor = make_host_tensor(type, shape);
  for (std::uint8_t& byte : tensor.data) byte = static_cast<std::uint8_t>(random());
  return tensor;
}

}  // namespace systole::test
