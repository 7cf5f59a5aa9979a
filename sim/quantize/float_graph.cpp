// SPDX-License-Identifier: Apache-2.0
#include "quantize/float_graph.hpp"

#include <fmt/format.h>

#include <cstring>
#include <unordered_map>
#include <utility>

#include "support/work/interruption.hpp"

namespace systole::quantize {

FloatGraph::FloatGraph(OnnxGraph& graph)
    : graph_(graph),
      producer_(graph.tensors.size()),
      readers_(graph.tensors.size()),
      output_(graph.tensors.size(), false) {
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    for (TensorId id : graph.nodes[n].inputs)
      if (id != kNoTensor) readers_[id].push_back(n);
    for (TensorId id : graph.nodes[n].outputs) producer_[id] = n;
  }
  for (TensorId id : graph.outputs) output_[id] = true;
}

std::optional<std::size_t> FloatGraph::only_reader(TensorId id) const {
  if (output_[id] || readers_[id].size() != 1) return std::nullopt;
  return readers_[id][0];
}

TensorAdder::TensorAdder(OnnxGraph& graph) : graph_(graph) {
  for (const Tensor& tensor : graph.tensors) names_.insert(tensor.name);
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
  graph_.tensors.push_back(std::move(tensor));
  return static_cast<TensorId>(graph_.tensors.size() - 1);
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

void run_float(const OnnxGraph& graph, const std::vector<HostTensor>& inputs,
               const std::function<void(TensorId, const HostTensor&)>& seen,
               const std::function<void(std::size_t)>& begin_node) {
  std::vector<std::size_t> left(graph.tensors.size(), 0);  // readers to come
  for (const OnnxNode& node : graph.nodes)
    for (TensorId id : node.inputs)
      if (id != kNoTensor) ++left[id];
  std::unordered_map<TensorId, HostTensor> values;
  const auto keep = [&](TensorId id, HostTensor value) {
    seen(id, value);
    if (left[id] > 0) values.emplace(id, std::move(value));
  };
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) keep(graph.inputs[i], inputs.at(i));
  for (const OnnxNode& node : graph.nodes) {
    check_interruption();
    if (begin_node) begin_node(static_cast<std::size_t>(&node - graph.nodes.data()));
    std::vector<HostTensor> operands;
    for (TensorId id : node.inputs) {
      const bool constant = graph.tensors.at(id).is_constant;
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
    std::vector<HostTensor> results = run_on_host(graph.tensors, node, operands);
    for (std::size_t i = 0; i < results.size(); ++i) keep(node.outputs[i], std::move(results[i]));
  }
}

}  // namespace systole::quantize
