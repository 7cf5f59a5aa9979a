// SPDX-License-Identifier: Apache-2.0
//
// MatMul, Gemm, QLinearMatMul, MatMulInteger and QGemm. With a constant right operand they become a Gemm, of two
// tensors of the run a MatMul.
#include <cstdint>
#include <optional>
#include <utility>

#include "host/quantized_arithmetic.hpp"
#include "normalize/macs.hpp"
#include "normalize/operators/operands.hpp"
#include "normalize/operators/operators.hpp"
#include "normalize/operators/run_time_zero_point.hpp"
#include "normalize/quantization_parameters.hpp"

namespace systole {
namespace {

// ---- quantized by itself

// QLinearMatMul or MatMulInteger whose right operand is computed at run time or a stack of matrices.
bool direct_run_time_product(const RawGraph& graph, const OnnxNode& node, std::vector<Node>& nodes) {
  const bool integer = node.operator_name == "MatMulInteger";
  MatMul product;
  product.a = node.inputs[0];
  product.b = node.inputs.at(integer ? 1 : 3);
  product.output = node.outputs.at(0);
  const Shape& a = graph.tensor(product.a).shape;
  if (!stacked_products(a, graph.tensor(product.b).shape)) return false;
  if (integer) {
    const auto a_zero = zero_points(graph, node, 2), b_zero = zero_points(graph, node, 3);
    if (!a_zero || !b_zero || a_zero->size() != 1 || b_zero->size() != 1) return false;
    product.a_zero_point = a_zero->at(0);
    product.b_zero_point = b_zero->at(0);
  } else {
    const auto qa = graph.one_quantization(node, 1, 2), qb = graph.one_quantization(node, 4, 5),
               qy = graph.one_quantization(node, 6, 7);
    if (!qa || !qb || !qy) return false;
    product.a_zero_point = qa->zero_point;
    product.b_zero_point = qb->zero_point;
    product.scale = product_scales(qa->scale, graph.floats(node.inputs[4]), qy->scale, graph.what(node)).combined;
    product.output_zero_point = qy->zero_point;
    product.clamp = whole_range(graph.tensor(product.output).type);
  }
  const std::uint64_t macs = product_macs(graph.tensor(product.output).shape, a.back());
  nodes.push_back({node.name, node.operator_name, macs, std::move(product)});
  return true;
}

// The bias of a QGemm: one value or one per column, not one per row.
bool set_column_bias(Gemm& gemm, const RawGraph& graph, TensorId bias) {
  if (!graph.is_constant(bias)) return false;
  const std::int64_t columns = graph.tensor(gemm.output).shape.back();
  const Shape& shape = graph.tensor(bias).shape;
  const std::vector<std::int32_t> values = graph.integers(bias);
  if (values.size() == 1) {
    gemm.bias.assign(static_cast<std::size_t>(columns), values[0]);
    return true;
  }
  gemm.bias = values;
  return static_cast<std::int64_t>(values.size()) == columns && shape.back() == columns;
}

// Of QLinearMatMul or QGemm. False if one is not known before the run.
bool set_qlinear_scales(Gemm& gemm, const RawGraph& graph, const OnnxNode& node) {
  const bool gemm_form = node.operator_name == "QGemm";
  const std::size_t output_scale = gemm_form ? 7 : 6;
  const auto qx = graph.one_quantization(node, 1, 2), qy = graph.one_quantization(node, output_scale, output_scale + 1);
  if (!qx || !qy || !graph.is_constant(node.inputs.at(4))) return false;
  float x_scale = qx->scale;
  if (gemm_form) {
    x_scale = node.number("alpha", 1) * x_scale;
    if (!(x_scale > 0)) return false;
    const auto bias = optional_input(node, 6);
    if (bias && !set_column_bias(gemm, graph, *bias)) return false;
  }
  gemm.input_zero_point = qx->zero_point;
  gemm.scale = product_scales(x_scale, graph.floats(node.inputs[4]), qy->scale, graph.what(node)).combined;
  gemm.output_zero_point = qy->zero_point;
  gemm.clamp = whole_range(graph.tensor(gemm.output).type);
  return true;
}

// ---- between DequantizeLinear and QuantizeLinear

// Whether a tensor of this shape adds one value to each column of the output, or one value to all.
bool is_column_bias(const Shape& shape, const Shape& output) {
  if (element_count(shape) == 1) return true;
  return !shape.empty() && shape.size() <= output.size() && shape.back() == output.back() &&
         element_count(shape) == output.back();
}

// A matrix as [k][n] with its scales along n; false if it is of another form.
bool make_columns_last(RawGraph& graph, const OnnxNode& node, QuantizedConstant& w) {
  if (!is_byte(graph.tensor(w.tensor).type) || graph.tensor(w.tensor).shape.size() != 2) return false;
  if (node.flag("transB")) {
    w.tensor = graph.transposed_constant(w.tensor, {1, 0});
    w.axis = 1 - w.axis;
  }
  return w.scale.size() == 1 || w.axis == 1;
}

// `bias`: of an Add of a constant behind a MatMul; without one, the node's own.
bool qdq_constant_product(QuantizedOutput& output, const OnnxNode& anchor, const std::string& operators,
                          std::optional<TensorId> bias) {
  RawGraph& graph = output.graph();
  const auto x = graph.dequantized(anchor.inputs.at(0));
  auto w = graph.dequantized_constant(anchor.inputs.at(1));
  const float alpha = anchor.number("alpha", 1);
  if (!x || !w || anchor.flag("transA") || !(alpha > 0) || !make_columns_last(graph, anchor, *w)) return false;
  const Shape product = graph.tensor(anchor.outputs.at(0)).shape;
  const auto columns = static_cast<std::size_t>(graph.tensor(w->tensor).shape[1]);
  const Quantization q = output.quantization();
  const ProductScales scales = product_scales(alpha * x->q.scale, w->scale, q.scale, graph.what(anchor));
  Gemm gemm;
  if (!bias && anchor.inputs.size() > 2) bias = anchor.inputs[2];
  if (bias) {
    if (anchor.number("beta", 1) != 1 || !is_column_bias(graph.tensor(*bias).shape, product)) return false;
    const auto values = bias_values(graph, anchor, *bias, scales.units, columns);
    if (!values) return false;
    gemm.bias = *values;
  }
  gemm.input = x->tensor;
  gemm.weight = w->tensor;
  gemm.weight_zero_point = collapse_equal(w->zero_point);
  gemm.input_zero_point = x->q.zero_point;
  gemm.scale = scales.combined;
  gemm.output_zero_point = q.zero_point;
  const std::uint64_t macs = product_macs(product, graph.tensor(w->tensor).shape[0]);
  output.add_arithmetic(anchor, operators, macs, std::move(gemm));
  return true;
}

// A MatMul of two tensors that are computed at run time.
void qdq_run_time_product(QuantizedOutput& output, const OnnxNode& anchor) {
  RawGraph& graph = output.graph();
  const auto a = graph.dequantized(anchor.inputs.at(0)), b = graph.dequantized(anchor.inputs.at(1));
  if (anchor.operator_name != "MatMul" || !a || !b) return;
  const Shape& left = graph.tensor(a->tensor).shape;
  if (!stacked_products(left, graph.tensor(b->tensor).shape)) return;
  const Quantization q = output.quantization();
  MatMul product;
  product.a = a->tensor;
  product.b = b->tensor;
  product.a_zero_point = a->q.zero_point;
  product.b_zero_point = b->q.zero_point;
  product.scale = product_scales(a->q.scale, {b->q.scale}, q.scale, graph.what(anchor)).combined;
  product.output_zero_point = q.zero_point;
  const std::uint64_t macs = product_macs(graph.tensor(output.chain().source).shape, left.back());
  output.add_arithmetic(anchor, anchor.operator_name, macs, std::move(product));
}

}  // namespace

bool direct_product(RawGraph& graph, const OnnxNode& node, std::vector<Node>& nodes) {
  const bool integer = node.operator_name == "MatMulInteger", gemm_form = node.operator_name == "QGemm";
  TensorId weight = node.inputs.at(integer ? 1 : 3);
  const auto weight_zero = zero_points(graph, node, integer ? 3 : 5);
  const bool run_time = has_run_time_input(graph, node);
  const bool is_matrix = graph.is_constant(weight) && graph.tensor(weight).shape.size() == 2;
  if (!gemm_form && (!run_time || !is_matrix)) return direct_run_time_product(graph, node, nodes);
  if (!run_time || !is_matrix || !weight_zero || node.flag("transA")) return false;
  Gemm gemm;
  gemm.input = node.inputs[0];
  gemm.output = node.outputs.at(0);
  gemm.weight_zero_point = *weight_zero;
  const auto run_time_zero = integer ? run_time_zero_point(graph, node) : std::nullopt;
  if (run_time_zero) {
    gemm.output = uncorrected_product(graph, node);
  } else if (integer) {
    const auto zero = zero_points(graph, node, 2);
    if (!zero) return false;
    gemm.input_zero_point = zero->at(0);
  } else if (!set_qlinear_scales(gemm, graph, node)) {
    return false;
  }
  if (node.flag("transB")) weight = graph.transposed_constant(weight, {1, 0});
  gemm.weight = weight;
  const std::uint64_t macs = product_macs(graph.tensor(gemm.output).shape, graph.tensor(weight).shape[0]);
  nodes.push_back({node.name, node.operator_name, macs, gemm});
  if (run_time_zero) subtract_zero_point(graph, node, gemm, *run_time_zero, nodes);
  return true;
}

void qdq_product(QuantizedOutput& output, const OnnxNode& anchor) {
  if (!qdq_constant_product(output, anchor, anchor.operator_name, std::nullopt)) qdq_run_time_product(output, anchor);
}

bool qdq_product_with_bias(QuantizedOutput& output, const OnnxNode& product, TensorId bias) {
  return qdq_constant_product(output, product, product.operator_name + "+Add", bias);
}

bool int8_matmul(const std::vector<Tensor>& tensors, const OnnxNode& node) {
  const TensorId a = node.inputs.at(0), b = node.inputs.at(1);
  if (!is_run_time_float(tensors, a)) return false;
  if (is_constant(tensors, b)) return tensors[b].shape.size() == 2;
  return is_run_time_float(tensors, b) && stacked_products(tensors[a].shape, tensors[b].shape).has_value();
}

bool int8_gemm(const std::vector<Tensor>& tensors, const OnnxNode& node) {
  return is_run_time_float(tensors, node.inputs.at(0)) && is_constant(tensors, node.inputs.at(1)) &&
         !node.flag("transA") && node.number("alpha", 1) > 0 &&
         (node.inputs.size() <= 2 || is_constant(tensors, node.inputs[2])) && node.number("beta", 1) == 1;
}

}  // namespace systole
