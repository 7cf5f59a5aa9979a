// SPDX-License-Identifier: Apache-2.0
//
// Operators that are quantized by themselves: the QLinear and Integer families, and pools and
// reshapes of int8 tensors. What has run-time scales or zero points, and a convolution with run-time
// weights, stays as it is and runs on the host.
#include <algorithm>

#include "host/quantized_arithmetic.hpp"
#include "network/host_tensor.hpp"
#include "network/window.hpp"
#include "normalize/raw_graph.hpp"
#include "normalize/value_table.hpp"
#include "onnx/node_inference.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

// Input `index`, if it is there.
std::optional<TensorId> input(const HostOperator& op, std::size_t index) {
  if (index >= op.inputs.size() || op.inputs[index] == kNoTensor) return std::nullopt;
  return op.inputs[index];
}

// Absent or constant: then its values, zero for an absent one.
std::optional<std::vector<std::int32_t>> zero_points(const RawGraph& graph, const HostOperator& op, std::size_t index) {
  const auto id = input(op, index);
  if (!id) return std::vector<std::int32_t>{0};
  if (!graph.is_constant(*id)) return std::nullopt;
  return collapse_equal(graph.integers(*id));
}

bool runtime_input(const RawGraph& graph, const HostOperator& op) { return !graph.is_constant(op.inputs.at(0)); }

std::vector<float> product_scales(const RawGraph& graph, float x, TensorId weight_scale, float y,
                                  const std::string& what) {
  std::vector<float> scales = graph.floats(weight_scale);
  for (float& scale : scales) scale = product_scale(x, scale, y);
  return checked_scales(std::move(scales), what);
}

bool translate_conv(RawGraph& graph, const Node& node, std::vector<Node>& nodes) {
  const HostOperator& op = host_of(node);
  const bool integer = node.operator_name == "ConvInteger";
  const TensorId weight = op.inputs.at(integer ? 1 : 3);
  const auto weight_zero = zero_points(graph, op, integer ? 3 : 5);
  if (!runtime_input(graph, op) || !graph.is_constant(weight) || !weight_zero) return false;
  Conv conv;
  conv.input = op.inputs[0];
  conv.output = op.outputs.at(0);
  conv.weight = weight;
  conv.weight_zero_point = *weight_zero;
  const Window2d window = window_2d(op);
  conv.group = op.ints.at("group").at(0);
  conv.stride = window.stride;
  conv.dilation = window.dilation;
  conv.pad = window.pad;
  if (integer) {
    const auto zero = zero_points(graph, op, 2);
    if (!zero) return false;
    conv.input_zero_point = zero->at(0);
  } else {
    const auto qx = graph.one_quantization(op, 1, 2), qy = graph.one_quantization(op, 6, 7);
    const auto bias = input(op, 8);
    if (!qx || !qy || !graph.is_constant(op.inputs.at(4)) || (bias && !graph.is_constant(*bias))) return false;
    if (bias) conv.bias = graph.integers(*bias);
    conv.input_zero_point = qx->zero_point;
    conv.scale = product_scales(graph, qx->scale, op.inputs[4], qy->scale, graph.what(node));
    conv.output_zero_point = qy->zero_point;
    conv.clamp = whole_range(graph.tensor(conv.output).type);
  }
  const std::uint64_t macs = conv_macs(graph.tensor(conv.output).shape, graph.tensor(weight).shape);
  nodes.push_back({node.name, node.operator_name, macs, std::move(conv)});
  return true;
}

// QLinearMatMul or MatMulInteger whose right operand is computed at run time or a stack of matrices.
bool translate_run_time_product(const RawGraph& graph, const Node& node, std::vector<Node>& nodes) {
  const HostOperator& op = host_of(node);
  const bool integer = node.operator_name == "MatMulInteger";
  MatMul product;
  product.a = op.inputs[0];
  product.b = op.inputs.at(integer ? 1 : 3);
  product.output = op.outputs.at(0);
  const Shape& a = graph.tensor(product.a).shape;
  if (!stacked_products(a, graph.tensor(product.b).shape)) return false;
  if (integer) {
    const auto a_zero = zero_points(graph, op, 2), b_zero = zero_points(graph, op, 3);
    if (!a_zero || !b_zero || a_zero->size() != 1 || b_zero->size() != 1) return false;
    product.a_zero_point = a_zero->at(0);
    product.b_zero_point = b_zero->at(0);
  } else {
    const auto qa = graph.one_quantization(op, 1, 2), qb = graph.one_quantization(op, 4, 5),
               qy = graph.one_quantization(op, 6, 7);
    if (!qa || !qb || !qy) return false;
    product.a_zero_point = qa->zero_point;
    product.b_zero_point = qb->zero_point;
    product.scale = product_scales(graph, qa->scale, op.inputs[4], qy->scale, graph.what(node));
    product.output_zero_point = qy->zero_point;
    product.clamp = whole_range(graph.tensor(product.output).type);
  }
  nodes.push_back(
      {node.name, node.operator_name, product_macs(graph.tensor(product.output).shape, a.back()), std::move(product)});
  return true;
}

bool translate_product(RawGraph& graph, const Node& node, std::vector<Node>& nodes) {
  const HostOperator& op = host_of(node);
  const bool integer = node.operator_name == "MatMulInteger", gemm_form = node.operator_name == "QGemm";
  TensorId weight = op.inputs.at(integer ? 1 : 3);
  const auto weight_zero = zero_points(graph, op, integer ? 3 : 5);
  const bool is_matrix = graph.is_constant(weight) && graph.tensor(weight).shape.size() == 2;
  if (!gemm_form && (!runtime_input(graph, op) || !is_matrix)) return translate_run_time_product(graph, node, nodes);
  if (!runtime_input(graph, op) || !is_matrix || !weight_zero) return false;
  Gemm gemm;
  gemm.input = op.inputs[0];
  gemm.output = op.outputs.at(0);
  gemm.weight_zero_point = *weight_zero;
  const auto flag = [&](const char* name) { return op.ints.count(name) != 0 && op.ints.at(name).at(0) != 0; };
  if (flag("transA")) return false;
  const Shape& output = graph.tensor(gemm.output).shape;
  if (integer) {
    const auto zero = zero_points(graph, op, 2);
    if (!zero) return false;
    gemm.input_zero_point = zero->at(0);
  } else {
    const std::size_t output_scale = gemm_form ? 7 : 6;
    const auto qx = graph.one_quantization(op, 1, 2), qy = graph.one_quantization(op, output_scale, output_scale + 1);
    if (!qx || !qy || !graph.is_constant(op.inputs.at(4))) return false;
    float x_scale = qx->scale;
    if (gemm_form) {
      if (op.floats.count("alpha") != 0) x_scale = op.floats.at("alpha").at(0) * x_scale;
      if (!(x_scale > 0)) return false;
      if (const auto bias = input(op, 6)) {
        if (!graph.is_constant(*bias)) return false;
        const Shape& shape = graph.tensor(*bias).shape;
        const std::vector<std::int32_t> values = graph.integers(*bias);
        if (values.size() == 1) {
          gemm.bias.assign(static_cast<std::size_t>(output.back()), values[0]);
        } else if (static_cast<std::int64_t>(values.size()) == output.back() && shape.back() == output.back()) {
          gemm.bias = values;
        } else {
          return false;  // a bias per row
        }
      }
    }
    gemm.input_zero_point = qx->zero_point;
    gemm.scale = product_scales(graph, x_scale, op.inputs[4], qy->scale, graph.what(node));
    gemm.output_zero_point = qy->zero_point;
    gemm.clamp = whole_range(graph.tensor(gemm.output).type);
  }
  if (flag("transB")) weight = graph.transposed_constant(weight, {1, 0});
  gemm.weight = weight;
  const std::uint64_t macs = product_macs(graph.tensor(gemm.output).shape, graph.tensor(weight).shape[0]);
  nodes.push_back({node.name, node.operator_name, macs, std::move(gemm)});
  return true;
}

bool translate_add(RawGraph& graph, const Node& node, std::vector<Node>& nodes) {
  const HostOperator& op = host_of(node);
  const auto qa = graph.one_quantization(op, 1, 2), qb = graph.one_quantization(op, 4, 5),
             qy = graph.one_quantization(op, 6, 7);
  const TensorId a = op.inputs.at(0), b = op.inputs.at(3);
  if (!qa || !qb || !qy || graph.is_constant(a) || graph.is_constant(b) ||
      graph.tensor(a).shape != graph.tensor(b).shape)
    return false;
  const AddFactors factors = add_factors(*qa, *qb, *qy);
  checked_scales({factors.ra, factors.rb, factors.offset}, graph.what(node));
  Add add{a, b, op.outputs.at(0), *qa, *qb, *qy, whole_range(graph.tensor(op.outputs[0]).type)};
  nodes.push_back({node.name, node.operator_name, 0, add});
  return true;
}

bool translate_average_pool(RawGraph& graph, const Node& node, std::vector<Node>& nodes) {
  const HostOperator& op = host_of(node);
  const auto qx = graph.one_quantization(op, 1, 2), qy = graph.one_quantization(op, 3, 4);
  if (!runtime_input(graph, op) || !qx || !qy) return false;
  AveragePool pool;
  pool.input = op.inputs[0];
  pool.output = op.outputs.at(0);
  const Shape& shape = graph.tensor(pool.input).shape;
  if (shape.size() < 3 || shape.size() > 4) return false;
  if (node.operator_name == "QLinearGlobalAveragePool") {
    pool.kernel = {shape_nchw(shape)[2], shape_nchw(shape)[3]};
  } else {
    const Window2d window = window_2d(op);
    if (window.pad != std::array<std::int64_t, 4>{0, 0, 0, 0}) return false;
    pool.kernel = window.kernel;
    pool.stride = window.stride;
  }
  pool.qx = *qx;
  pool.qy = *qy;
  pool.scale = average_scale(qx->scale, qy->scale, pool.kernel[0] * pool.kernel[1]);
  checked_scales({pool.scale}, graph.what(node));
  pool.clamp = whole_range(graph.tensor(pool.output).type);
  nodes.push_back({node.name, node.operator_name, 0, pool});
  return true;
}

bool translate_max_pool(RawGraph& graph, const Node& node, std::vector<Node>& nodes) {
  const HostOperator& op = host_of(node);
  const ElementType type = graph.tensor(op.inputs.at(0)).type;
  if (!is_byte(type) || !runtime_input(graph, op)) return false;
  const Window2d window = window_2d(op);
  MaxPool pool{op.inputs[0],    op.outputs.at(0), window.kernel,    window.stride,
               window.dilation, window.pad,       whole_range(type)};
  nodes.push_back({node.name, node.operator_name, 0, pool});
  return true;
}

bool translate_reshape(RawGraph& graph, const Node& node, std::vector<Node>& nodes) {
  const HostOperator& op = host_of(node);
  if (!is_byte(graph.tensor(op.inputs.at(0)).type) || !runtime_input(graph, op)) return false;
  nodes.push_back({node.name, node.operator_name, 0, Reshape{op.inputs[0], op.outputs.at(0)}});
  return true;
}

bool translate_unary(RawGraph& graph, const Node& node, std::vector<Node>& nodes) {
  const HostOperator& op = host_of(node);
  if (!runtime_input(graph, op) || !graph.one_quantization(op, 1, 2) || !graph.one_quantization(op, 3, 4)) return false;
  const ElementType type = graph.tensor(op.inputs[0]).type;
  std::vector<std::uint8_t> table = run_on_values(graph, node, 0, all_bytes(type)).data;
  nodes.push_back({node.name, node.operator_name, 0, Lookup{op.inputs[0], op.outputs.at(0), std::move(table)}});
  return true;
}

}  // namespace

bool translate_direct(RawGraph& graph, const Node& node, std::vector<Node>& nodes) {
  const std::string& name = node.operator_name;
  if (name == "QLinearConv" || name == "ConvInteger") return translate_conv(graph, node, nodes);
  if (name == "QLinearMatMul" || name == "MatMulInteger" || name == "QGemm")
    return translate_product(graph, node, nodes);
  if (name == "QLinearAdd") return translate_add(graph, node, nodes);
  if (name == "QLinearAveragePool" || name == "QLinearGlobalAveragePool")
    return translate_average_pool(graph, node, nodes);
  if (name == "MaxPool") return translate_max_pool(graph, node, nodes);
  if (name == "QLinearSigmoid" || name == "QLinearLeakyRelu") return translate_unary(graph, node, nodes);
  static const std::vector<std::string> reshapes = {"Reshape",   "Flatten",  "Squeeze",
                                                    "Unsqueeze", "Identity", "Dropout"};
  if (std::find(reshapes.begin(), reshapes.end(), name) != reshapes.end()) return translate_reshape(graph, node, nodes);
  return false;
}

}  // namespace systole
