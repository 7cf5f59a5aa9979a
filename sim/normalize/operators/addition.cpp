// SPDX-License-Identifier: Apache-2.0
//
// Add and QLinearAdd.
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

#include "host/quantized_arithmetic.hpp"
#include "normalize/operators/operands.hpp"
#include "normalize/operators/operators.hpp"
#include "normalize/quantization_parameters.hpp"

namespace systole {
namespace {

// Tensor, scale, zero point, as the inputs of QLinearAdd are; without a tensor for the output.
void add_quantized_input(QuantizedOutput& output, HostOperator& host, std::optional<TensorId> tensor, Quantization q) {
  RawGraph& graph = output.graph();
  const ElementType type = tensor ? graph.tensor(*tensor).type : output.type();
  const std::string name = graph.tensor(tensor.value_or(output.output())).name;
  if (tensor) host.inputs.push_back(*tensor);
  std::vector<std::uint8_t> scale(sizeof q.scale);
  std::memcpy(scale.data(), &q.scale, sizeof q.scale);
  host.inputs.push_back(graph.add_constant(name + ".scale", ElementType::kFloat32, {}, std::move(scale)));
  host.inputs.push_back(graph.add_constant(name + ".zero_point", type, {}, {static_cast<std::uint8_t>(q.zero_point)}));
}

// An operand that is constant or broadcast: the same arithmetic on the host.
void qdq_host_addition(QuantizedOutput& output, const OnnxNode& anchor) {
  RawGraph& graph = output.graph();
  HostOperator host;
  for (TensorId id : anchor.inputs) {
    const auto x = graph.dequantized(id);
    const auto constant = x ? std::nullopt : graph.dequantized_constant(id);
    if (constant && is_byte(graph.tensor(constant->tensor).type) && constant->scale.size() == 1) {
      add_quantized_input(output, host, constant->tensor, {constant->scale[0], constant->zero_point.at(0)});
    } else if (x) {
      add_quantized_input(output, host, x->tensor, x->q);
    } else {
      return;
    }
  }
  add_quantized_input(output, host, std::nullopt, output.quantization());
  const Clamp limits = output.clamp();
  host.ints["clamp"] = {limits.low, limits.high};
  const TensorId y = output.computed_tensor();
  host.outputs = {y};
  output.add({anchor.name, "QLinearAdd", 0, std::move(host)});
  output.finish(y);
}

// Whether the addition is the bias of a MatMul; then that is translated.
bool qdq_bias(QuantizedOutput& output, const OnnxNode& anchor) {
  const RawGraph& graph = output.graph();
  for (std::size_t i : {0u, 1u}) {
    const OnnxNode* product = graph.producer(anchor.inputs[i]);
    const bool same_shape = graph.tensor(anchor.inputs[i]).shape == graph.tensor(anchor.outputs.at(0)).shape;
    if (product == nullptr || product->operator_name != "MatMul" || !graph.read_once(anchor.inputs[i]) || !same_shape)
      continue;
    if (qdq_product_with_bias(output, *product, anchor.inputs[1 - i])) return true;
  }
  return false;
}

}  // namespace

bool direct_addition(RawGraph& graph, const OnnxNode& node, std::vector<Node>& nodes) {
  const auto qa = graph.one_quantization(node, 1, 2), qb = graph.one_quantization(node, 4, 5),
             qy = graph.one_quantization(node, 6, 7);
  const TensorId a = node.inputs.at(0), b = node.inputs.at(3);
  if (!qa || !qb || !qy || graph.is_constant(a) || graph.is_constant(b) ||
      graph.tensor(a).shape != graph.tensor(b).shape)
    return false;
  const AddFactors factors = add_factors(*qa, *qb, *qy);
  checked_scales({factors.ra, factors.rb, factors.offset}, graph.what(node));
  Add add{{a, b, node.outputs.at(0)}, *qa, *qb, *qy, whole_range(graph.tensor(node.outputs[0]).type)};
  nodes.push_back({node.name, node.operator_name, 0, add});
  return true;
}

void qdq_addition(QuantizedOutput& output, const OnnxNode& anchor) {
  RawGraph& graph = output.graph();
  const Quantization q = output.quantization();
  const auto a = graph.dequantized(anchor.inputs.at(0)), b = graph.dequantized(anchor.inputs.at(1));
  if (a && b && graph.tensor(a->tensor).shape == graph.tensor(b->tensor).shape) {
    const AddFactors factors = add_factors(a->q, b->q, q);
    checked_scales({factors.ra, factors.rb, factors.offset}, graph.what(anchor));
    Add add;
    add.a = a->tensor;
    add.b = b->tensor;
    add.qa = a->q;
    add.qb = b->q;
    add.qy = q;
    return output.add_arithmetic(anchor, anchor.operator_name, 0, add);
  }
  if ((!a || !b) && qdq_bias(output, anchor)) return;
  qdq_host_addition(output, anchor);
}

bool int8_addition(const std::vector<Tensor>& tensors, const OnnxNode& node) {
  const TensorId a = node.inputs.at(0), b = node.inputs.at(1);
  return is_run_time_float(tensors, a) && is_run_time_float(tensors, b) && a != b &&
         tensors[a].shape == tensors[b].shape;
}

}  // namespace systole
