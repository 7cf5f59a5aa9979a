// SPDX-License-Identifier: Apache-2.0
//
// Conv, QLinearConv and ConvInteger.
#include <cstdint>
#include <optional>
#include <utility>

#include "host/quantized_arithmetic.hpp"
#include "network/window.hpp"
#include "normalize/macs.hpp"
#include "normalize/operators/operands.hpp"
#include "normalize/operators/operators.hpp"
#include "normalize/operators/run_time_zero_point.hpp"
#include "normalize/quantization_parameters.hpp"

namespace systole {
namespace {

void set_window(Conv& conv, const OnnxNode& node) {
  const Window2d window = window_2d(node);
  conv.group = node.ints.at("group").at(0);
  conv.stride = window.stride;
  conv.dilation = window.dilation;
  conv.pad = window.pad;
}

// False if a scale, a zero point or the bias is not known before the run.
bool set_qlinear_scales(Conv& conv, RawGraph& graph, const OnnxNode& node) {
  const auto qx = graph.one_quantization(node, 1, 2), qy = graph.one_quantization(node, 6, 7);
  const auto bias = optional_input(node, 8);
  if (!qx || !qy || !graph.is_constant(node.inputs.at(4)) || (bias && !graph.is_constant(*bias))) return false;
  if (bias) conv.bias = graph.integers(*bias);
  conv.input_zero_point = qx->zero_point;
  conv.scale = product_scales(qx->scale, graph.floats(node.inputs[4]), qy->scale, graph.what(node)).combined;
  conv.output_zero_point = qy->zero_point;
  conv.clamp = whole_range(graph.tensor(conv.output).type);
  return true;
}

}  // namespace

bool direct_convolution(RawGraph& graph, const OnnxNode& node, std::vector<Node>& nodes) {
  const bool integer = node.operator_name == "ConvInteger";
  const TensorId weight = node.inputs.at(integer ? 1 : 3);
  const auto weight_zero = zero_points(graph, node, integer ? 3 : 5);
  if (!has_run_time_input(graph, node) || !graph.is_constant(weight) || !weight_zero) return false;
  Conv conv;
  conv.input = node.inputs[0];
  conv.output = node.outputs.at(0);
  conv.weight = weight;
  conv.weight_zero_point = *weight_zero;
  set_window(conv, node);
  const auto run_time_zero = integer ? run_time_zero_point(graph, node) : std::nullopt;
  if (run_time_zero) {
    conv.output = uncorrected_product(graph, node);
  } else if (integer) {
    const auto zero = zero_points(graph, node, 2);
    if (!zero) return false;
    conv.input_zero_point = zero->at(0);
  } else if (!set_qlinear_scales(conv, graph, node)) {
    return false;
  }
  const std::uint64_t macs = convolution_macs(graph.tensor(conv.output).shape, graph.tensor(weight).shape);
  nodes.push_back({node.name, node.operator_name, macs, conv});
  if (run_time_zero) subtract_zero_point(graph, node, conv, *run_time_zero, nodes);
  return true;
}

void qdq_convolution(QuantizedOutput& output, const OnnxNode& anchor) {
  RawGraph& graph = output.graph();
  const auto x = graph.dequantized(anchor.inputs.at(0));
  const auto w = graph.dequantized_constant(anchor.inputs.at(1));
  if (!x || !w || !is_byte(graph.tensor(w->tensor).type) || (w->scale.size() > 1 && w->axis != 0)) return;
  const auto channels = static_cast<std::size_t>(graph.tensor(w->tensor).shape.at(0));
  const Quantization q = output.quantization();
  const ProductScales scales = product_scales(x->q.scale, w->scale, q.scale, graph.what(anchor));
  Conv conv;
  if (anchor.inputs.size() > 2) {
    const auto bias = bias_values(graph, anchor, anchor.inputs[2], scales.units, channels);
    if (!bias) return;
    conv.bias = *bias;
  }
  conv.input = x->tensor;
  conv.weight = w->tensor;
  conv.weight_zero_point = collapse_equal(w->zero_point);
  conv.input_zero_point = x->q.zero_point;
  set_window(conv, anchor);
  conv.scale = scales.combined;
  conv.output_zero_point = q.zero_point;
  const std::uint64_t macs = convolution_macs(graph.tensor(output.chain().source).shape, graph.tensor(w->tensor).shape);
  output.add_arithmetic(anchor, anchor.operator_name, macs, std::move(conv));
}

bool int8_convolution(const std::vector<Tensor>& tensors, const OnnxNode& node) {
  const TensorId weight = node.inputs.at(1);
  if (!is_run_time_float(tensors, node.inputs[0]) || !is_constant(tensors, weight)) return false;
  const std::size_t rank = tensors.at(weight).shape.size();
  return (rank == 3 || rank == 4) && (node.inputs.size() <= 2 || is_constant(tensors, node.inputs[2]));
}

}  // namespace systole
