// SPDX-License-Identifier: Apache-2.0
#include "onnx/inference/window_inference.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>

#include "network/message_text.hpp"
#include "network/window.hpp"
#include "onnx/inference/operands.hpp"

namespace systole {
namespace {

struct WindowOperator {
  std::optional<std::size_t> weight, bias;  // inputs; a pool has none
};

const std::map<std::string, WindowOperator>& window_operators() {
  static const std::map<std::string, WindowOperator> table = {
      {"Conv", {1, 2}},    {"ConvInteger", {1, std::nullopt}}, {"QLinearConv", {3, 8}}, {"MaxPool", {}},
      {"AveragePool", {}}, {"QLinearAveragePool", {}},
  };
  return table;
}

// Completes the attribute `group`; returns the type of the output, without its spatial dimensions.
TensorType infer_channels(OnnxNode& node, const WindowOperator& kind, const Tensor& x, const Tensor& w,
                          const std::vector<Tensor>& tensors, const std::string& what) {
  if (w.shape.size() != x.shape.size()) {
    refuse(what, fmt::format("the weights {} have the shape {}, the input {}", in_quotes(w.name), shape_text(w.shape),
                             shape_text(x.shape)));
  }
  const std::int64_t group = node.integer("group", 1);
  if (group < 1 || group > x.shape[1] || w.shape[0] % group != 0 || x.shape[1] % group != 0 ||
      w.shape[1] != x.shape[1] / group) {
    refuse(what, fmt::format("input {}, weights {} and group {} do not fit together", shape_text(x.shape),
                             shape_text(w.shape), group));
  }
  node.ints["group"] = {group};
  TensorType result{x.type, {x.shape[0], w.shape[0]}};
  if (node.operator_name == "ConvInteger") result.type = ElementType::kInt32;
  if (node.operator_name == "QLinearConv") {
    const Tensor& zero_point = required_input(node, tensors, 7, what);
    require_byte(zero_point, what);
    result.type = zero_point.type;
  }
  const Tensor* bias = kind.bias ? input_or_null(node, tensors, *kind.bias) : nullptr;
  if (bias != nullptr && bias->shape != Shape{w.shape[0]}) {
    refuse(what, fmt::format("the bias {} has the shape {}; {} is needed", in_quotes(bias->name),
                             shape_text(bias->shape), shape_text({w.shape[0]})));
  }
  return result;
}

}  // namespace

bool has_window(const std::string& operator_name) { return window_operators().count(operator_name) != 0; }

TensorType infer_window(OnnxNode& node, const std::vector<Tensor>& tensors, const std::string& what) {
  const WindowOperator& kind = window_operators().at(node.operator_name);
  const Tensor& x = required_input(node, tensors, 0, what);
  if (x.shape.size() < 3 || x.shape.size() > 4) {
    refuse(what,
           fmt::format("the input {} has the shape {}; rank 3 or 4 is needed", in_quotes(x.name), shape_text(x.shape)));
  }
  TensorType result{x.type, {x.shape[0], x.shape[1]}};
  Shape kernel;
  if (kind.weight) {
    const Tensor& w = required_input(node, tensors, *kind.weight, what);
    result = infer_channels(node, kind, x, w, tensors, what);
    kernel.assign(w.shape.begin() + 2, w.shape.end());
  }
  const Shape output = resolve_window(node, Shape(x.shape.begin() + 2, x.shape.end()), kernel, what);
  result.shape.insert(result.shape.end(), output.begin(), output.end());
  return result;
}

}  // namespace systole
