// SPDX-License-Identifier: Apache-2.0
//
// The operators that the host has, by their ONNX names.
#include <map>

#include "host/call.hpp"

namespace systole {
namespace {

const std::map<std::string, HostEntry>& host_table() {
  using E = ElementType;
  static const std::vector<E> number = {E::kFloat32};
  static const std::vector<E> numbers = {E::kFloat32, E::kInt32, E::kInt64};
  static const std::vector<E> all_numbers = {E::kFloat32, E::kInt8, E::kUint8, E::kInt32, E::kInt64};
  static const std::vector<E> signed_numbers = {E::kFloat32, E::kInt8, E::kInt32, E::kInt64};
  static const std::vector<E> byte = {E::kInt8, E::kUint8};
  static const std::vector<E> any = {E::kInt8, E::kUint8, E::kInt32, E::kFloat32, E::kInt64, E::kBool};
  static const std::map<std::string, HostEntry> table = {
      {"Abs", {host_unary, all_numbers, Folding::kAllowed}},
      {"Acos", {host_unary, number, Folding::kAllowed}},
      {"Acosh", {host_unary, number, Folding::kAllowed}},
      {"Add", {host_binary, all_numbers, Folding::kAllowed}},
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
      {"CumSum", {host_cumulative_sum, numbers, Folding::kAllowed}},
      {"DepthToSpace", {host_depth_space, any, Folding::kAllowed}},
      {"DequantizeLinear", {host_dequantize_linear, {E::kInt8, E::kUint8, E::kInt32}, Folding::kNever}},
      {"Div", {host_binary, all_numbers, Folding::kAllowed}},
      {"Dropout", {host_copy, any, Folding::kAllowed}},
      {"DynamicQuantizeLinear", {host_dynamic_quantize_linear, number, Folding::kNever}},
      {"Elu", {host_unary, number, Folding::kAllowed}},
      {"Equal", {host_compare, any, Folding::kAllowed}},
      {"Erf", {host_unary, number, Folding::kAllowed}},
      {"Exp", {host_unary, number, Folding::kAllowed}},
      {"Expand", {host_expand, any, Folding::kAllowed}},
      {"EyeLike", {host_eye_like, any, Folding::kAllowed}},
      {"Flatten", {host_copy, any, Folding::kAllowed}},
      {"Floor", {host_unary, number, Folding::kAllowed}},
      {"Gather", {host_gather, any, Folding::kAllowed}},
      {"GatherElements", {host_gather_elements, any, Folding::kAllowed}},
      {"GatherND", {host_gather_nd, any, Folding::kAllowed}},
      {"Gemm", {host_gemm, number, Folding::kNever}},
      {"GlobalAveragePool", {host_global_pool, number, Folding::kNever}},
      {"GlobalMaxPool", {host_global_pool, number, Folding::kNever}},
      {"Greater", {host_compare, any, Folding::kAllowed}},
      {"GreaterOrEqual", {host_compare, any, Folding::kAllowed}},
      {"GridSample", {host_grid_sample, number, Folding::kNever}},
      {"HardSigmoid", {host_unary, number, Folding::kAllowed}},
      {"HardSwish", {host_unary, number, Folding::kAllowed}},
      {"Hardmax", {host_hard_max, number, Folding::kAllowed}},
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
      {"Max", {host_binary, all_numbers, Folding::kAllowed}},
      {"MaxPool", {host_max_pool, {E::kFloat32, E::kInt8, E::kUint8}, Folding::kNever}},
      {"Mean", {host_binary, number, Folding::kAllowed}},
      {"Min", {host_binary, all_numbers, Folding::kAllowed}},
      {"Mod", {host_binary, all_numbers, Folding::kAllowed}},
      {"Mul", {host_binary, all_numbers, Folding::kAllowed}},
      {"Neg", {host_unary, signed_numbers, Folding::kAllowed}},
      {"Not", {host_not, {E::kBool}, Folding::kAllowed}},
      {"OneHot", {host_one_hot, all_numbers, Folding::kAllowed}},
      {"Or", {host_compare, {E::kBool}, Folding::kAllowed}},
      {"PRelu", {host_binary, number, Folding::kAllowed}},
      {"Pad", {host_pad, any, Folding::kAllowed}},
      {"Pow", {host_power, numbers, Folding::kAllowed}},
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
      {"ReduceL1", {host_reduce, numbers, Folding::kAllowed}},
      {"ReduceL2", {host_reduce, number, Folding::kAllowed}},
      {"ReduceLogSum", {host_reduce, number, Folding::kAllowed}},
      {"ReduceLogSumExp", {host_reduce, number, Folding::kAllowed}},
      {"ReduceMax", {host_reduce, all_numbers, Folding::kAllowed}},
      {"ReduceMean", {host_reduce, numbers, Folding::kAllowed}},
      {"ReduceMin", {host_reduce, all_numbers, Folding::kAllowed}},
      {"ReduceProd", {host_reduce, numbers, Folding::kAllowed}},
      {"ReduceSum", {host_reduce, numbers, Folding::kAllowed}},
      {"ReduceSumSquare", {host_reduce, numbers, Folding::kAllowed}},
      {"Relu", {host_unary, signed_numbers, Folding::kAllowed}},
      {"Reshape", {host_copy, any, Folding::kAllowed}},
      {"Resize", {host_resize, number, Folding::kNever}},
      {"ReverseSequence", {host_reverse_sequence, any, Folding::kAllowed}},
      {"Round", {host_unary, number, Folding::kAllowed}},
      {"ScatterElements", {host_scatter_elements, any, Folding::kAllowed}},
      {"ScatterND", {host_scatter_nd, any, Folding::kAllowed}},
      {"Selu", {host_unary, number, Folding::kAllowed}},
      {"Shape", {host_shape, any, Folding::kAllowed}},
      {"Shrink", {host_unary, number, Folding::kAllowed}},
      {"Sigmoid", {host_unary, number, Folding::kAllowed}},
      {"Sign", {host_unary, all_numbers, Folding::kAllowed}},
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
      {"Sub", {host_binary, all_numbers, Folding::kAllowed}},
      {"Sum", {host_binary, numbers, Folding::kAllowed}},
      {"Tan", {host_unary, number, Folding::kAllowed}},
      {"Tanh", {host_unary, number, Folding::kAllowed}},
      {"ThresholdedRelu", {host_unary, number, Folding::kAllowed}},
      {"Tile", {host_tile, any, Folding::kAllowed}},
      {"TopK", {host_top_k, all_numbers, Folding::kAllowed}},
      {"Transpose", {host_transpose, any, Folding::kAllowed}},
      {"Trilu", {host_trilu, any, Folding::kAllowed}},
      {"Unsqueeze", {host_copy, any, Folding::kAllowed}},
      {"Where", {host_where, {E::kBool}, Folding::kAllowed}},
      {"Xor", {host_compare, {E::kBool}, Folding::kAllowed}},
  };
  return table;
}

}  // namespace

const HostEntry* find_host_operator(const std::string& name) {
  const auto found = host_table().find(name);
  return found == host_table().end() ? nullptr : &found->second;
}

std::vector<std::string> host_operator_names() {
  std::vector<std::string> names;
  for (const auto& [name, entry] : host_table()) names.push_back(name);
  return names;
}

std::string host_operator_list() {
  std::string list;
  for (const auto& [name, entry] : host_table()) list += (list.empty() ? "" : ", ") + name;
  return list;
}

}  // namespace systole
