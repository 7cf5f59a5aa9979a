// SPDX-License-Identifier: Apache-2.0
#include "normalize/raw_graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "host/operators.hpp"
#include "host/quantized_arithmetic.hpp"
#include "network/host_tensor.hpp"
#include "network/message_text.hpp"
#include "onnx/node_inference.hpp"
#include "support/error.hpp"

namespace systole {

RawGraph::RawGraph(Network network, std::string file) : network_(std::move(network)), file_(std::move(file)) {
  producer_.resize(network_.tensors.size());
  readers_.resize(network_.tensors.size(), 0);
  for (std::size_t i = 0; i < network_.nodes.size(); ++i) {
    for (TensorId id : host_of(network_.nodes[i]).outputs) producer_[id] = i;
    for (TensorId id : host_of(network_.nodes[i]).inputs) {
      if (id != kNoTensor) ++readers_[id];
    }
  }
  for (TensorId id : network_.outputs) readers_[id] += 2;
  for (const Tensor& tensor : network_.tensors) names_.insert(tensor.name);
}

bool RawGraph::is_constant(TensorId id) const { return id != kNoTensor && tensor(id).is_constant; }

std::string RawGraph::what(const Node& node) const {
  return fmt::format("{}: node {} ({})", file_, in_quotes(node.name), node.operator_name);
}

const Node* RawGraph::producer(TensorId id) const {
  if (id == kNoTensor || id >= producer_.size() || !producer_[id]) return nullptr;
  return &network_.nodes[*producer_[id]];
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

std::optional<Quantization> RawGraph::one_quantization(const HostOperator& op, std::size_t scale,
                                                       std::size_t zero_point) const {
  if (scale >= op.inputs.size() || !is_constant(op.inputs[scale])) return std::nullopt;
  const auto scales = floats(op.inputs[scale]);
  if (scales.size() != 1) return std::nullopt;
  Quantization q{scales[0], 0};
  if (zero_point < op.inputs.size() && op.inputs[zero_point] != kNoTensor) {
    if (!is_constant(op.inputs[zero_point])) return std::nullopt;
    const auto zero_points = integers(op.inputs[zero_point]);
    if (zero_points.size() != 1) return std::nullopt;
    q.zero_point = zero_points[0];
  }
  return q;
}

std::optional<Dequantized> RawGraph::dequantized(TensorId id) const {
  const Node* node = producer(id);
  if (node == nullptr || node->operator_name != "DequantizeLinear") return std::nullopt;
  const TensorId input = host_of(*node).inputs.at(0);
  if (is_constant(input) || tensor(input).type == ElementType::kInt32) return std::nullopt;
  const auto q = one_quantization(host_of(*node), 1, 2);
  if (!q) return std::nullopt;
  return Dequantized{input, *q};
}

std::optional<QuantizedConstant> RawGraph::dequantized_constant(TensorId id) {
  const Node* node = producer(id);
  std::optional<std::vector<std::int64_t>> permutation;
  if (node != nullptr && node->operator_name == "Transpose") {
    const HostOperator& transpose = host_of(*node);
    if (transpose.ints.count("perm") != 0) {
      permutation = transpose.ints.at("perm");
    } else {
      permutation.emplace();
      for (std::size_t d = tensor(id).shape.size(); d-- > 0;) permutation->push_back(static_cast<std::int64_t>(d));
    }
    node = producer(transpose.inputs.at(0));
  }
  if (node == nullptr || node->operator_name != "DequantizeLinear") return std::nullopt;
  const HostOperator& op = host_of(*node);
  if (!is_constant(op.inputs.at(0)) || !is_constant(op.inputs.at(1))) return std::nullopt;
  if (op.inputs.size() > 2 && !is_constant(op.inputs[2])) return std::nullopt;

  QuantizedConstant result;
  result.tensor = op.inputs[0];
  result.scale = floats(op.inputs[1]);
  result.zero_point = op.inputs.size() > 2 ? integers(op.inputs[2]) : std::vector<std::int32_t>{0};
  if (result.scale.size() > 1) {
    const auto rank = static_cast<std::int64_t>(tensor(result.tensor).shape.size());
    const auto attribute = op.ints.find("axis");
    const std::int64_t axis = attribute == op.ints.end() ? 1 : attribute->second.at(0);
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
  // The number of tensors grows with every name, so the first try succeeds unless the file has such
  // a name.
  for (std::size_t i = network_.tensors.size(); !names_.insert(candidate).second; ++i)
    candidate = fmt::format("{}.{}", name, i);
  return candidate;
}

TensorId RawGraph::add_tensor(const std::string& name, ElementType type, Shape shape) {
  network_.tensors.push_back({unique_name(name), type, std::move(shape), {}, false});
  return static_cast<TensorId>(network_.tensors.size() - 1);
}

TensorId RawGraph::add_constant(const std::string& name, ElementType type, Shape shape,
                                std::vector<std::uint8_t> data) {
  const TensorId id = add_tensor(name, type, std::move(shape));
  network_.tensors[id].data = std::move(data);
  network_.tensors[id].is_constant = true;
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
  HostOperator op;
  op.inputs = {constant};
  op.outputs = {id};
  op.ints["perm"] = permutation;
  network_.tensors[id].data = run_node(network_, {name, "Transpose", 0, op}, {{}}).at(0).data;
  transposed_[key] = id;
  return id;
}

const HostOperator& host_of(const Node& node) {
  const auto* op = std::get_if<HostOperator>(&node.operation);
  invariant(op != nullptr, "a loaded network has host operators only");
  return *op;
}

std::uint64_t conv_macs(const Shape& output, const Shape& weight) {
  const Shape taps(weight.begin() + 1, weight.end());
  return static_cast<std::uint64_t>(element_count(output)) * static_cast<std::uint64_t>(element_count(taps));
}

std::uint64_t product_macs(const Shape& output, std::int64_t depth) {
  return static_cast<std::uint64_t>(element_count(output)) * static_cast<std::uint64_t>(depth);
}

std::vector<float> checked_scales(std::vector<float> scales, const std::string& what) {
  for (float scale : scales) {
    if (!std::isfinite(scale))
      throw UserError(what + ": the scales of input, weights and output combine to a number beyond float32");
  }
  if (std::all_of(scales.begin(), scales.end(), [&](float scale) { return scale == scales[0]; }))
    scales.resize(std::min<std::size_t>(scales.size(), 1));
  return scales;
}

std::vector<std::int32_t> collapse_equal(std::vector<std::int32_t> values) {
  if (std::all_of(values.begin(), values.end(), [&](std::int32_t value) { return value == values[0]; })) {
    values.resize(std::min<std::size_t>(values.size(), 1));
  }
  return values;
}

std::optional<Clamp> as_clamp(const std::vector<std::uint8_t>& table, ElementType type) {
  const auto entry = [&](std::int32_t x) {
    const std::uint8_t byte = table.at(static_cast<std::uint8_t>(x));
    return type == ElementType::kInt8 ? std::int32_t{static_cast<std::int8_t>(byte)} : std::int32_t{byte};
  };
  const Clamp clamp{entry(lowest_of(type)), entry(highest_of(type))};
  for (std::int32_t x = lowest_of(type); x <= highest_of(type); ++x) {
    if (entry(x) != std::min(std::max(x, clamp.low), clamp.high)) return std::nullopt;
  }
  return clamp;
}

}  // namespace systole
