// SPDX-License-Identifier: Apache-2.0
#include "onnx/inference/data_inference.hpp"

#include <fmt/format.h>

#include <cstring>
#include <map>

#include "network/host_tensor.hpp"
#include "network/message_text.hpp"
#include "onnx/inference/operands.hpp"

namespace systole {
namespace {

using Tensors = std::vector<Tensor>;

TensorType comparison(const OnnxNode& node, const Tensors& tensors, const std::string& what) {
  return {ElementType::kBool,
          broadcast_shape(required_input(node, tensors, 0, what), required_input(node, tensors, 1, what), what)};
}

// Inputs: indices, depth, values.
TensorType one_hot(const OnnxNode& node, const Tensors& tensors, const std::string& what) {
  const Tensor &depth = required_input(node, tensors, 1, what), &values = required_input(node, tensors, 2, what);
  Shape shape = required_input(node, tensors, 0, what).shape;
  if (!depth.is_constant || element_count(depth.shape) != 1)
    refuse(what, fmt::format("input {} must be one constant number", in_quotes(depth.name)));
  if (values.shape != Shape{2}) refuse(what, fmt::format("input {} must have two values", in_quotes(values.name)));
  double size = 0;
  if (depth.type == ElementType::kFloat32) {
    float number = 0;
    std::memcpy(&number, depth.data.data(), sizeof number);
    size = number;
  } else {
    size = static_cast<double>(integer_at(depth, 0));
  }
  constexpr double kMost = 1 << 30;
  if (!(size >= 1 && size <= kMost)) refuse(what, fmt::format("the depth is {}; allowed are 1 to {}", size, kMost));
  const auto rank = static_cast<std::int64_t>(shape.size());
  std::int64_t axis = node.integer("axis", -1);
  if (axis < -rank - 1 || axis > rank)
    refuse(what, fmt::format("attribute axis is {}; allowed are {} to {}", axis, -rank - 1, rank));
  if (axis < 0) axis += rank + 1;
  shape.insert(shape.begin() + axis, static_cast<std::int64_t>(size));
  return {values.type, shape};
}

}  // namespace

std::optional<TensorType> infer_from_data(const OnnxNode& node, const std::vector<Tensor>& tensors,
                                          const std::string& what) {
  using Infer = TensorType (*)(const OnnxNode&, const Tensors&, const std::string&);
  static const std::map<std::string, Infer> table = {
      {"GreaterOrEqual", comparison},
      {"LessOrEqual", comparison},
      {"OneHot", one_hot},
  };
  const auto found = table.find(node.operator_name);
  if (found == table.end()) return std::nullopt;
  return found->second(node, tensors, what);
}

}  // namespace systole
