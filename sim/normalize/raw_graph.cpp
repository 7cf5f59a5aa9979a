// SPDX-License-Identifier: Apache-2.0
#include "normalize/raw_graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "network/host_tensor.hpp"
#include "network/message_text.hpp"
#include "support/error.hpp"

namespace systole {

RawGraph::RawGraph(OnnxGraph graph, std::string file) : graph_(std::move(graph)), file_(std::move(file)) {
  producer_.resize(graph_.tensors.size());
  readers_.resize(graph_.tensors.size(), 0);
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    for (TensorId id : graph_.nodes[i].outputs) producer_[id] = i;
    for (TensorId id : graph_.nodes[i].inputs) {
      if (id != kNoTensor) ++readers_[id];
    }
  }
  for (TensorId id : graph_.outputs) readers_[id] += 2;
  for (const Tensor& tensor : graph_.tensors) names_.insert(tensor.name);
}

bool RawGraph::is_constant(TensorId id) const { return id != kNoTensor && tensor(id).is_constant; }

std::string RawGraph::what(const OnnxNode& node) const {
  return fmt::format("{}: node {} ({})", file_, in_quotes(node.name), node.operator_name);
}

std::string RawGraph::what(const Node& node) const {
  return fmt::format("{}: node {} ({})", file_, in_quotes(node.name), node.operator_name);
}

const OnnxNode* RawGraph::producer(TensorId id) const {
  if (id == kNoTensor || id >= producer_.size() || !producer_[id]) return nullptr;
  return &graph_.nodes[*producer_[id]];
}

std::vector<float> RawGraph::floats(TensorId constant) const {
  const Tensor& t = tensor(constant);
  invariant(t.is_constant && t.type == ElementType::kFloat32, "floats are read from float constants");
  std::vector<float> values(t.data.size() / sizeof(float));
  if (!values.empty()) std::memcpy(values.data(), t.data.data(), t.data.size());
  return values;
}

std::vector<std::int32_t> RawGraph::integers(TensorId constant) const {
  const Tensor& t = tensor(constant);
  std::vector<std::int32_t> values;
  for (std::size_t i = 0; i < static_cast<std::size_t>(element_count(t.shape)); ++i)
    values.push_back(static_cast<std::int32_t>(integer_at(t, i)));
  return values;
}

std::optional<Quantization> RawGraph::one_quantization(const OnnxNode& node, std::size_t scale,
                                                       std::size_t zero_point) const {
  if (scale >= node.inputs.size() || !is_constant(node.inputs[scale])) return std::nullopt;
  const auto scales = floats(node.inputs[scale]);
  if (scales.size() != 1) return std::nullopt;
  Quantization q{scales[0], 0};
  if (zero_point < node.inputs.size() && node.inputs[zero_point] != kNoTensor) {
    if (!is_constant(node.inputs[zero_point])) return std::nullopt;
    const auto zero_points = integers(node.inputs[zero_point]);
    if (zero_points.size() != 1) return std::nullopt;
    q.zero_point = zero_points[0];
  }
  return q;
}

std::optional<Dequantized> RawGraph::dequantized(TensorId id) const {
  const OnnxNode* node = producer(id);
  if (node == nullptr || node->operator_name != "DequantizeLinear") return std::nullopt;
  const TensorId input = node->inputs.at(0);
  if (is_constant(input) || tensor(input).type == ElementType::kInt32) return std::nullopt;
  const auto q = one_quantization(*node, 1, 2);
  if (!q) return std::nullopt;
  return Dequantized{input, *q};
}

std::optional<QuantizedConstant> RawGraph::dequantized_constant(TensorId id) {
  const OnnxNode* node = producer(id);
  std::optional<std::vector<std::int64_t>> permutation;
  if (node != nullptr && node->operator_name == "Transpose") {
    const OnnxNode& transpose = *node;
    if (transpose.ints.count("perm") != 0) {
      permutation = transpose.ints.at("perm");
    } else {
      permutation.emplace();
      for (std::size_t d = tensor(id).shape.size(); d-- > 0;) permutation->push_back(static_cast<std::int64_t>(d));
    }
    node = producer(transpose.inputs.at(0));
  }
  if (node == nullptr || node->operator_name != "DequantizeLinear") return std::nullopt;
  const OnnxNode& op = *node;
  if (!is_constant(op.inputs.at(0)) || !is_constant(op.inputs.at(1))) return std::nullopt;
  if (op.inputs.size() > 2 && !is_constant(op.inputs[2])) return std::nullopt;

  QuantizedConstant result;
  result.tensor = op.inputs[0];
  result.scale = floats(op.inputs[1]);
  result.zero_point = op.inputs.size() > 2 ? integers(op.inputs[2]) : std::vector<std::int32_t>{0};
  if (result.scale.size() > 1) {
    const auto rank = static_cast<std::int64_t>(tensor(result.tensor).shape.size());
    const std::int64_t axis = op.integer("axis", 1);
    result.axis = static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
  }
  if (permutation) {
    result.tensor = transposed_constant(result.tensor, *permutation);
    const auto at = std::find(permutation->begin(), permutation->end(), static_cast<std::int64_t>(result.axis));
    result.axis = static_cast<std::size_t>(at - permutation->begin());
  }
  return result;
}

std::string RawGraph::unique_name(const std::string& name) {
  std::string candidate = name;
  // The number of tensors grows with every name, so the first try succeeds unless the file has such a name.
  for (std::size_t i = graph_.tensors.size(); !names_.insert(candidate).second; ++i)
    candidate = fmt::format("{}.{}", name, i);
  return candidate;
}

TensorId RawGraph::add_tensor(const std::string& name, ElementType type, Shape shape) {
  graph_.tensors.push_back({unique_name(name), type, std::move(shape), {}, false});
  return static_cast<TensorId>(graph_.tensors.size() - 1);
}

TensorId RawGraph::add_constant(const std::string& name, ElementType type, Shape shape,
                                std::vector<std::uint8_t> data) {
  const TensorId id = add_tensor(name, type, std::move(shape));
  graph_.tensors[id].data = std::move(data);
  graph_.tensors[id].is_constant = true;
  return id;
}

TensorId RawGraph::transposed_constant(TensorId constant, const std::vector<std::int64_t>& permutation) {
  const auto key = std::make_pair(constant, permutation);
  const auto found = transposed_.find(key);
  if (found != transposed_.end()) return found->second;
  Shape shape;
  for (std::int64_t d : permutation) shape.push_back(tensor(constant).shape.at(static_cast<std::size_t>(d)));
  const std::string name = tensor(constant).name + ".transposed";
  const TensorId id = add_constant(name, tensor(constant).type, shape, {});
  OnnxNode transpose{{}, name, "Transpose", {constant}, {id}};
  transpose.ints["perm"] = permutation;
  graph_.tensors[id].data = run_on_host(graph_.tensors, transpose, {{}}).at(0).data;
  transposed_[key] = id;
  return id;
}

}  // namespace systole
