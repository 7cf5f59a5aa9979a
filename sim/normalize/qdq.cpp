// SPDX-License-Identifier: Apache-2.0
#include "normalize/qdq.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "host/quantized_arithmetic.hpp"
#include "network/host_tensor.hpp"
#include "normalize/operator_table.hpp"
#include "normalize/value_table.hpp"

namespace systole {

QuantizedOutput::QuantizedOutput(RawGraph& graph, const OnnxNode& quantize, Quantization q)
    : graph_(graph),
      quantize_(quantize),
      q_(q),
      output_(quantize.outputs.at(0)),
      type_(graph.tensor(output_).type),
      chain_(chain_before(graph, quantize.inputs.at(0))) {}

std::vector<std::uint8_t> QuantizedOutput::table(ElementType x_type, Quantization qx) const {
  HostTensor values = make_host_tensor(ElementType::kFloat32, {256});
  const HostTensor bytes = all_bytes(x_type);
  for (std::size_t i = 0; i < 256; ++i)
    elements<float>(values)[i] = dequantize(static_cast<std::int32_t>(integer_at(bytes, i)), qx);
  for (const Step& step : chain_.steps) values = run_on_values(graph_, *step.node, step.position, values);
  std::vector<std::uint8_t> result(256);
  for (std::size_t i = 0; i < 256; ++i)
    result[i] = static_cast<std::uint8_t>(quantize(elements<float>(values)[i], q_, type_));
  return result;
}

bool QuantizedOutput::is_identity(const std::vector<std::uint8_t>& table, ElementType x_type) const {
  if (x_type != type_) return false;
  for (std::size_t i = 0; i < 256; ++i) {
    if (table[i] != i) return false;
  }
  return true;
}

Clamp QuantizedOutput::clamp() const {
  Clamp clamp = whole_range(type_);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const Step& step : chain_.steps) {
    const bool relu = step.node->operator_name == "Relu";
    const std::int32_t low = quantize(relu ? 0 : step.node->number("min", -kInfinity), q_, type_);
    const std::int32_t high = quantize(relu ? kInfinity : step.node->number("max", kInfinity), q_, type_);
    const auto apply = [&](std::int32_t x) { return std::min(std::max(x, low), high); };
    clamp = {apply(clamp.low), apply(clamp.high)};
  }
  return clamp;
}

TensorId QuantizedOutput::new_tensor(TensorId like, ElementType type) {
  const Tensor& tensor = graph_.tensor(like);
  return graph_.add_tensor(tensor.name + ".quantized", type, Shape(tensor.shape));
}

TensorId QuantizedOutput::computed_tensor() { return reshapes() ? new_tensor(chain_.source, type_) : output_; }

void QuantizedOutput::add_table(TensorId x, const std::vector<std::uint8_t>& values) {
  const bool changes_shape = graph_.tensor(x).shape != graph_.tensor(output_).shape;
  const bool identity = is_identity(values, graph_.tensor(x).type);
  TensorId result = x;
  if (!identity) {
    result = changes_shape ? new_tensor(x, type_) : output_;
    const std::string name = chain_.steps.empty() ? quantize_.name : chain_.steps.back().node->name;
    const std::string operators = chain_.steps.empty() ? "QuantizeLinear" : chain_.operators_behind("");
    add({name, operators, 0, Lookup{{x, result}, values}});
  }
  finish(result);
}

void QuantizedOutput::finish(TensorId computed) {
  if (computed == output_) return;
  const OnnxNode& node = chain_.reshape != nullptr ? *chain_.reshape : quantize_;
  const std::string operators = chain_.reshape != nullptr ? node.operator_name : "Identity";
  add({node.name, operators, 0, Reshape{computed, output_}});
}

bool translate_quantize(RawGraph& graph, const OnnxNode& quantize, std::vector<Node>& nodes) {
  const auto q = graph.one_quantization(quantize, 1, 2);
  if (!q) return false;
  QuantizedOutput output(graph, quantize, *q);
  if (const auto x = graph.dequantized(output.chain().source)) {
    output.add_table(x->tensor, output.table(graph.tensor(x->tensor).type, x->q));
  } else if (const OnnxNode* anchor = graph.producer(output.chain().source)) {
    const OperatorRule* rule = find_operator_rule(anchor->operator_name);
    if (rule != nullptr && rule->moves != nullptr) {
      rule->moves(output, *anchor);
    } else if (rule != nullptr && rule->computes != nullptr && output.chain().read_once &&
               output.chain().only_limits()) {
      rule->computes(output, *anchor);
    }
  }
  std::vector<Node> translated = output.take_nodes();
  for (Node& node : translated) nodes.push_back(std::move(node));
  return !translated.empty();
}

}  // namespace systole
