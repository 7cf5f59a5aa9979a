// SPDX-License-Identifier: Apache-2.0
#include "quantize/float_graph.hpp"

#include <fmt/format.h>

#include <cstring>
#include <unordered_map>
#include <utility>

#include "host/operators.hpp"

namespace systole::quantize {

FloatGraph::FloatGraph(Network& network)
    : network_(network),
      producer_(network.tensors.size()),
      readers_(network.tensors.size()),
      output_(network.tensors.size(), false) {
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    for (TensorId id : op(network.nodes[n]).inputs)
      if (id != kNoTensor) readers_[id].push_back(n);
    for (TensorId id : op(network.nodes[n]).outputs) producer_[id] = n;
  }
  for (TensorId id : network.outputs) output_[id] = true;
}

bool FloatGraph::is_constant(TensorId id) const { return id != kNoTensor && tensor(id).is_constant; }

bool FloatGraph::is_run_time_float(TensorId id) const {
  return id != kNoTensor && !tensor(id).is_constant && tensor(id).type == ElementType::kFloat32;
}

std::optional<std::size_t> FloatGraph::only_reader(TensorId id) const {
  if (output_[id] || readers_[id].size() != 1) return std::nullopt;
  return readers_[id][0];
}

TensorAdder::TensorAdder(Network& network) : network_(network) {
  for (const Tensor& tensor : network.tensors) names_.insert(tensor.name);
}

TensorId TensorAdder::add(const std::string& name, ElementType type, const Shape& shape, const void* data,
                          bool is_constant) {
  std::string unique = name;
  for (int n = 2; !names_.insert(unique).second; ++n) unique = fmt::format("{}_{}", name, n);
  Tensor tensor{unique, type, shape, {}, is_constant};
  if (data != nullptr) {
    tensor.data.resize(static_cast<std::size_t>(element_count(shape)) * element_bytes(type));
    std::memcpy(tensor.data.data(), data, tensor.data.size());
  }
  network_.tensors.push_back(std::move(tensor));
  return static_cast<TensorId>(network_.tensors.size() - 1);
}

TensorId TensorAdder::run_time(const std::string& name, ElementType type, const Shape& shape) {
  return add(name, type, Shape(shape), nullptr, false);
}
TensorId TensorAdder::floats(const std::string& name, const Shape& shape, const std::vector<float>& values) {
  return add(name, ElementType::kFloat32, Shape(shape), values.data(), true);
}
TensorId TensorAdder::int8s(const std::string& name, const Shape& shape, const std::vector<std::int8_t>& values) {
  return add(name, ElementType::kInt8, Shape(shape), values.data(), true);
}
TensorId TensorAdder::int32s(const std::string& name, const Shape& shape, const std::vector<std::int32_t>& values) {
  return add(name, ElementType::kInt32, Shape(shape), values.data(), true);
}

std::vector<float> floats_of(const Tensor& constant) {
  std::vector<float> values(constant.data.size() / sizeof(float));
  if (!values.empty()) std::memcpy(values.data(), constant.data.data(), constant.data.size());
  return values;
}

void run_float(const Network& network, const std::vector<HostTensor>& inputs,
               const std::function<void(TensorId, const HostTensor&)>& seen) {
  std::vector<std::size_t> left(network.tensors.size(), 0);  // readers to come
  for (const Node& node : network.nodes)
    for (TensorId id : FloatGraph::op(node).inputs)
      if (id != kNoTensor) ++left[id];
  std::unordered_map<TensorId, HostTensor> values;
  const auto keep = [&](TensorId id, HostTensor value) {
    seen(id, value);
    if (left[id] > 0) values.emplace(id, std::move(value));
  };
  for (std::size_t i = 0; i < network.inputs.size(); ++i) keep(network.inputs[i], inputs.at(i));
  for (const Node& node : network.nodes) {
    const HostOperator& op = FloatGraph::op(node);
    std::vector<HostTensor> operands;
    for (TensorId id : op.inputs) {
      const bool constant = network.tensors.at(id).is_constant;
      --left[id];
      if (constant) {
        operands.emplace_back();
      } else if (left[id] == 0) {
        operands.push_back(std::move(values.at(id)));
        values.erase(id);
      } else {
        operands.push_back(values.at(id));
      }
    }
    std::vector<HostTensor> results = run_node(network, node, operands);
    for (std::size_t i = 0; i < results.size(); ++i) keep(op.outputs[i], std::move(results[i]));
  }
}

}  // namespace systole::quantize
