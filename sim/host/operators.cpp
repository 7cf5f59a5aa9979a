// SPDX-License-Identifier: Apache-2.0
#include "host/operators.hpp"

#include <fmt/format.h>

#include <map>

#include "host/call.hpp"
#include "host/quantized_kernels.hpp"
#include "network/message_text.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

const std::map<std::string, HostEntry>& host_table() {
  using E = ElementType;
  static const std::vector<E> number = {E::kFloat32};
  static const std::vector<E> numbers = {E::kFloat32, E::kInt32, E::kInt64};
  static const std::vector<E> byte = {E::kInt8, E::kUint8};
  static const std::vector<E> any = {E::kInt8, E::kUint8, E::kInt32, E::kFloat32, E::kInt64, E::kBool};
  static const std::map<std::string, HostEntry> table = {
      {"Abs", {host_unary, number, Folding::kAllowed}},
      {"Acos", {host_unary, number, Folding::kAllowed}},
      {"Acosh", {host_unary, number, Folding::kAllowed}},
      {"Add", {host_binary, numbers, Folding::kAllowed}},
      {"And", {host_compare, {E::kBool}, Folding::kAllowed}},
      {"ArgMax", {host_arg_max, {E::kFloat32, E::kInt8, E::kUint8, E::kInt32}, Folding::kAllowed}},
      {"ArgMin", {host_arg_max, {E::kFloat32, E::kInt8, E::kUint8, E::kInt32}, Folding::kAllowed}},
      {"Asin", {host_unary, number, Folding::kAllowed}},
      {"Asinh", {host_unary, number, Folding::kAllowed}},
      {"Atan", {host_unary, number, Folding::kAllowed}},
      {"Atanh", {host_unary, number, Folding::kAllowed}},
      {"AveragePool", {host_average_pool, number, Folding::kNever}},
      {"BatchNormalization", {host_batch_normalization, number, Folding::kNever}},
      {"Cast", {host_cast, any, Folding::kAllowed}},
      {"Ceil", {host_unary, number, Folding::kAllowed}},
      {"Clip", {host_unary, number, Folding::kAllowed}},
      {"Concat", {host_concat, any, Folding::kAllowed}},
      {"ConstantOfShape", {host_constant_of_shape, {E::kInt64}, Folding::kAllowed}},
      {"Conv", {host_convolution, number, Folding::kNever}},
      {"ConvInteger", {host_conv_integer, byte, Folding::kNever}},
      {"Cos", {host_unary, number, Folding::kAllowed}},
      {"Cosh", {host_unary, number, Folding::kAllowed}},
      {"DepthToSpace", {host_depth_space, any, Folding::kAllowed}},
      {"DequantizeLinear", {host_dequantize_linear, {E::kInt8, E::kUint8, E::kInt32}, Folding::kNever}},
      {"Div", {host_binary, numbers, Folding::kAllowed}},
      {"Dropout", {host_copy, any, Folding::kAllowed}},
      {"DynamicQuantizeLinear", {host_dynamic_quantize_linear, number, Folding::kNever}},
      {"Elu", {host_unary, number, Folding::kAllowed}},
      {"Equal", {host_compare, any, Folding::kAllowed}},
      {"Erf", {host_unary, number, Folding::kAllowed}},
      {"Exp", {host_unary, number, Folding::kAllowed}},
      {"Expand", {host_expand, any, Folding::kAllowed}},
      {"Flatten", {host_copy, any, Folding::kAllowed}},
      {"Floor", {host_unary, number, Folding::kAllowed}},
      {"Gather", {host_gather, any, Folding::kAllowed}},
      {"Gemm", {host_gemm, number, Folding::kNever}},
      {"GlobalAveragePool", {host_global_pool, number, Folding::kNever}},
      {"GlobalMaxPool", {host_global_pool, number, Folding::kNever}},
      {"Greater", {host_compare, any, Folding::kAllowed}},
      {"GreaterOrEqual", {host_compare, any, Folding::kAllowed}},
      {"HardSigmoid", {host_unary, number, Folding::kAllowed}},
      {"HardSwish", {host_unary, number, Folding::kAllowed}},
      {"Identity", {host_copy, any, Folding::kAllowed}},
      {"InstanceNormalization", {host_instance_normalization, number, Folding::kNever}},
      {"IsInf", {host_is_special, number, Folding::kAllowed}},
      {"IsNaN", {host_is_special, number, Folding::kAllowed}},
      {"LRN", {host_lrn, number, Folding::kNever}},
      {"LayerNormalization", {host_layer_normalization, number, Folding::kNever}},
      {"LeakyRelu", {host_unary, number, Folding::kAllowed}},
      {"Less", {host_compare, any, Folding::kAllowed}},
      {"LessOrEqual", {host_compare, any, Folding::kAllowed}},
      {"Log", {host_unary, number, Folding::kAllowed}},
      {"LogSoftmax", {host_softmax, number, Folding::kNever}},
      {"MatMul", {host_matmul, number, Folding::kNever}},
      {"MatMulInteger", {host_matmul_integer, byte, Folding::kNever}},
      {"Max", {host_binary, numbers, Folding::kAllowed}},
      {"MaxPool", {host_max_pool, {E::kFloat32, E::kInt8, E::kUint8}, Folding::kNever}},
      {"Mean", {host_binary, number, Folding::kAllowed}},
      {"Min", {host_binary, numbers, Folding::kAllowed}},
      {"Mul", {host_binary, numbers, Folding::kAllowed}},
      {"Neg", {host_unary, number, Folding::kAllowed}},
      {"Not", {host_not, {E::kBool}, Folding::kAllowed}},
      {"Or", {host_compare, {E::kBool}, Folding::kAllowed}},
      {"PRelu", {host_binary, number, Folding::kAllowed}},
      {"Pad", {host_pad, any, Folding::kAllowed}},
      {"Pow", {host_binary, number, Folding::kAllowed}},
      {"QGemm", {host_qgemm, byte, Folding::kNever}},
      {"QLinearAdd", {host_qlinear_binary, byte, Folding::kNever}},
      {"QLinearAveragePool", {host_qlinear_average_pool, byte, Folding::kNever}},
      {"QLinearConv", {host_qlinear_conv, byte, Folding::kNever}},
      {"QLinearGlobalAveragePool", {host_qlinear_average_pool, byte, Folding::kNever}},
      {"QLinearLeakyRelu", {host_qlinear_unary, byte, Folding::kNever}},
      {"QLinearMatMul", {host_qlinear_matmul, byte, Folding::kNever}},
      {"QLinearMul", {host_qlinear_binary, byte, Folding::kNever}},
      {"QLinearSigmoid", {host_qlinear_unary, byte, Folding::kNever}},
      {"QuantizeLinear", {host_quantize_linear, number, Folding::kAllowed}},
      {"Range", {host_range, {E::kFloat32, E::kInt32, E::kInt64}, Folding::kAllowed}},
      {"Reciprocal", {host_unary, number, Folding::kAllowed}},
      {"ReduceL1", {host_reduce, number, Folding::kAllowed}},
      {"ReduceL2", {host_reduce, number, Folding::kAllowed}},
      {"ReduceLogSum", {host_reduce, number, Folding::kAllowed}},
      {"ReduceLogSumExp", {host_reduce, number, Folding::kAllowed}},
      {"ReduceMax", {host_reduce, number, Folding::kAllowed}},
      {"ReduceMean", {host_reduce, number, Folding::kAllowed}},
      {"ReduceMin", {host_reduce, number, Folding::kAllowed}},
      {"ReduceProd", {host_reduce, number, Folding::kAllowed}},
      {"ReduceSum", {host_reduce, number, Folding::kAllowed}},
      {"ReduceSumSquare", {host_reduce, number, Folding::kAllowed}},
      {"Relu", {host_unary, number, Folding::kAllowed}},
      {"Reshape", {host_copy, any, Folding::kAllowed}},
      {"Resize", {host_resize, number, Folding::kNever}},
      {"Round", {host_unary, number, Folding::kAllowed}},
      {"Selu", {host_unary, number, Folding::kAllowed}},
      {"Shape", {host_shape, any, Folding::kAllowed}},
      {"Shrink", {host_unary, number, Folding::kAllowed}},
      {"Sigmoid", {host_unary, number, Folding::kAllowed}},
      {"Sign", {host_unary, number, Folding::kAllowed}},
      {"Sin", {host_unary, number, Folding::kAllowed}},
      {"Sinh", {host_unary, number, Folding::kAllowed}},
      {"Size", {host_shape, any, Folding::kAllowed}},
      {"Slice", {host_slice, any, Folding::kAllowed}},
      {"Softmax", {host_softmax, number, Folding::kNever}},
      {"Softplus", {host_unary, number, Folding::kAllowed}},
      {"Softsign", {host_unary, number, Folding::kAllowed}},
      {"SpaceToDepth", {host_depth_space, any, Folding::kAllowed}},
      {"Split", {host_split, any, Folding::kAllowed}},
      {"Sqrt", {host_unary, number, Folding::kAllowed}},
      {"Squeeze", {host_copy, any, Folding::kAllowed}},
      {"Sub", {host_binary, numbers, Folding::kAllowed}},
      {"Sum", {host_binary, numbers, Folding::kAllowed}},
      {"Tan", {host_unary, number, Folding::kAllowed}},
      {"Tanh", {host_unary, number, Folding::kAllowed}},
      {"ThresholdedRelu", {host_unary, number, Folding::kAllowed}},
      {"Tile", {host_tile, any, Folding::kAllowed}},
      {"Transpose", {host_transpose, any, Folding::kAllowed}},
      {"Trilu", {host_trilu, any, Folding::kAllowed}},
      {"Unsqueeze", {host_copy, any, Folding::kAllowed}},
      {"Where", {host_where, {E::kBool}, Folding::kAllowed}},
      {"Xor", {host_compare, {E::kBool}, Folding::kAllowed}},
  };
  return table;
}

std::string node_text(const Node& node) {
  return fmt::format("node {} ({})", in_quotes(node.name), node.operator_name);
}

// Operators that read only the shape of their input.
bool reads_values(const Node& node) { return node.operator_name != "Shape" && node.operator_name != "Size"; }

std::vector<TensorView> input_views(const Network& network, const Node& node, const std::vector<HostTensor>& inputs) {
  const std::vector<TensorId> ids = inputs_of(node.operation);
  if (inputs.size() != ids.size()) {
    throw UserError(fmt::format("{}: {} inputs given, {} needed", node_text(node), inputs.size(), ids.size()));
  }
  std::vector<TensorView> views;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Tensor& expected = network.tensors.at(ids[i]);
    if (expected.is_constant) {
      views.emplace_back(expected);
      continue;
    }
    const HostTensor& given = inputs[i];
    const std::size_t bytes = static_cast<std::size_t>(element_count(expected.shape)) * element_bytes(expected.type);
    if (given.type != expected.type || given.shape != expected.shape ||
        (reads_values(node) && given.data.size() != bytes)) {
      throw UserError(fmt::format("{}: input {} must be {} {}, given is {} {} with {} bytes", node_text(node),
                                  in_quotes(expected.name), element_name(expected.type), shape_text(expected.shape),
                                  element_name(given.type), shape_text(given.shape), given.data.size()));
    }
    views.emplace_back(given);
  }
  return views;
}

std::vector<HostTensor> empty_outputs(const Network& network, const Node& node) {
  std::vector<HostTensor> outputs;
  for (TensorId id : outputs_of(node.operation)) {
    outputs.push_back(make_host_tensor(network.tensors.at(id).type, network.tensors.at(id).shape));
  }
  return outputs;
}

}  // namespace

const HostEntry* find_host_operator(const std::string& name) {
  const auto found = host_table().find(name);
  return found == host_table().end() ? nullptr : &found->second;
}

std::string host_operator_list() {
  std::string list;
  for (const auto& [name, entry] : host_table()) list += (list.empty() ? "" : ", ") + name;
  return list;
}

std::int64_t TensorView::integer(std::size_t index) const {
  switch (type) {
    case ElementType::kInt8:
      return as<std::int8_t>()[index];
    case ElementType::kUint8:
    case ElementType::kBool:
      return data[index];
    case ElementType::kInt32:
      return as<std::int32_t>()[index];
    case ElementType::kInt64:
      return as<std::int64_t>()[index];
    case ElementType::kFloat32:
      break;
  }
  throw InternalError("invariant broken: integer elements are read from integer tensors only");
}

std::int64_t HostCall::integer(const char* attribute, std::int64_t fallback) const {
  const auto found = op.ints.find(attribute);
  return found == op.ints.end() || found->second.empty() ? fallback : found->second[0];
}

float HostCall::number(const char* attribute, float fallback) const {
  const auto found = op.floats.find(attribute);
  return found == op.floats.end() || found->second.empty() ? fallback : found->second[0];
}

std::vector<HostTensor> run_host(const Network& network, const Node& node, const std::vector<HostTensor>& inputs) {
  const auto* op = std::get_if<HostOperator>(&node.operation);
  if (op == nullptr) return run_quantized(network, node, inputs);
  const HostEntry* entry = find_host_operator(node.operator_name);
  if (entry == nullptr) throw UserError(fmt::format("{}: the host does not have this operator", node_text(node)));
  HostCall call{*op, node.operator_name, node_text(node), input_views(network, node, inputs),
                empty_outputs(network, node)};
  entry->function(call);
  return std::move(call.outputs);
}

std::vector<HostTensor> run_quantized(const Network& network, const Node& node, const std::vector<HostTensor>& inputs) {
  invariant(!std::holds_alternative<HostOperator>(node.operation), "run_quantized runs quantized operators");
  const std::vector<TensorView> x = input_views(network, node, inputs);
  std::vector<HostTensor> y = empty_outputs(network, node);
  if (const auto* conv = std::get_if<Conv>(&node.operation)) {
    quantized_conv(*conv, x[0], network.tensors.at(conv->weight), y[0]);
  } else if (const auto* gemm = std::get_if<Gemm>(&node.operation)) {
    quantized_gemm(*gemm, x[0], network.tensors.at(gemm->weight), y[0]);
  } else if (const auto* product = std::get_if<MatMul>(&node.operation)) {
    quantized_matmul(*product, x[0], x[1], y[0]);
  } else if (const auto* add = std::get_if<Add>(&node.operation)) {
    quantized_add(*add, x[0], x[1], y[0]);
  } else if (const auto* max_pool = std::get_if<MaxPool>(&node.operation)) {
    quantized_max_pool(*max_pool, x[0], y[0]);
  } else if (const auto* average = std::get_if<AveragePool>(&node.operation)) {
    quantized_average_pool(*average, x[0], y[0]);
  } else if (const auto* table = std::get_if<Lookup>(&node.operation)) {
    lookup(*table, x[0], y[0]);
  } else {
    invariant(x[0].count() * element_bytes(x[0].type) == y[0].data.size(), "a reshape keeps the elements");
    y[0].data.assign(x[0].data, x[0].data + y[0].data.size());
  }
  return y;
}

std::vector<HostTensor> run_node(const Network& network, const Node& node, const std::vector<HostTensor>& inputs) {
  return std::holds_alternative<HostOperator>(node.operation) ? run_host(network, node, inputs)
                                                              : run_quantized(network, node, inputs);
}

}  // namespace systole
