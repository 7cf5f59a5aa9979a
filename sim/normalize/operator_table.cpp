// SPDX-License-Identifier: Apache-2.0
#include "normalize/operator_table.hpp"

#include <map>

#include "normalize/operators/operators.hpp"

namespace systole {

const std::vector<OperatorRule>& operator_rules() {
  using Role = ChainRole;
  using Form = Int8Form;
  static const std::vector<OperatorRule> rules = {
      // name, role in a chain, direct, moves, computes, int8 form, fits int8
      {"Abs", Role::kUnary},
      {"Add", Role::kBinary, nullptr, nullptr, qdq_addition, Form::kInContext, int8_addition},
      {"AveragePool", Role::kNone, nullptr, nullptr, qdq_average_pool, Form::kArithmetic, int8_average_pool},
      {"Ceil", Role::kUnary},
      {"Clip", Role::kLimit, nullptr, nullptr, nullptr, Form::kTable},
      {"Concat", Role::kNone, nullptr, qdq_movement, nullptr, Form::kConcatenation},
      {"Conv", Role::kNone, nullptr, nullptr, qdq_convolution, Form::kArithmetic, int8_convolution},
      {"ConvInteger", Role::kNone, direct_convolution},
      {"Div", Role::kBinary},
      {"Dropout", Role::kCopy, direct_reshape, nullptr, nullptr, Form::kMovement},
      {"Elu", Role::kUnary, nullptr, nullptr, nullptr, Form::kTable},
      {"Erf", Role::kUnary},
      {"Exp", Role::kUnary},
      {"Expand", Role::kNone, nullptr, qdq_movement, nullptr, Form::kMovement},
      {"Flatten", Role::kReshape, direct_reshape, nullptr, nullptr, Form::kMovement},
      {"Floor", Role::kUnary},
      {"Gather", Role::kNone, nullptr, qdq_movement},
      {"Gemm", Role::kNone, nullptr, nullptr, qdq_product, Form::kArithmetic, int8_gemm},
      {"GlobalAveragePool", Role::kNone, nullptr, nullptr, qdq_average_pool, Form::kArithmetic,
       int8_global_average_pool},
      {"HardSigmoid", Role::kUnary, nullptr, nullptr, nullptr, Form::kTable},
      {"HardSwish", Role::kUnary, nullptr, nullptr, nullptr, Form::kTable},
      {"Identity", Role::kCopy, direct_reshape, nullptr, nullptr, Form::kMovement},
      {"LeakyRelu", Role::kUnary, nullptr, nullptr, nullptr, Form::kTable},
      {"Log", Role::kUnary},
      {"MatMul", Role::kNone, nullptr, nullptr, qdq_product, Form::kArithmetic, int8_matmul},
      {"MatMulInteger", Role::kNone, direct_product},
      {"Max", Role::kBinary},
      {"MaxPool", Role::kNone, direct_max_pool, qdq_max_pool, nullptr, Form::kMovement},
      {"Min", Role::kBinary},
      {"Mul", Role::kBinary},
      {"Neg", Role::kUnary},
      {"Pow", Role::kBinary},
      {"QGemm", Role::kNone, direct_product},
      {"QLinearAdd", Role::kNone, direct_addition},
      {"QLinearAveragePool", Role::kNone, direct_average_pool},
      {"QLinearConv", Role::kNone, direct_convolution},
      {"QLinearGlobalAveragePool", Role::kNone, direct_average_pool},
      {"QLinearLeakyRelu", Role::kNone, direct_activation},
      {"QLinearMatMul", Role::kNone, direct_product},
      {"QLinearSigmoid", Role::kNone, direct_activation},
      {"Reciprocal", Role::kUnary},
      {"ReduceMean", Role::kNone, nullptr, nullptr, qdq_average_pool},
      {"Relu", Role::kLimit, nullptr, nullptr, nullptr, Form::kTable},
      {"Reshape", Role::kReshape, direct_reshape, nullptr, nullptr, Form::kMovement},
      {"Round", Role::kUnary},
      {"Sigmoid", Role::kUnary, nullptr, nullptr, nullptr, Form::kTable},
      {"Slice", Role::kNone, nullptr, qdq_movement, nullptr, Form::kMovement},
      {"Softplus", Role::kUnary},
      {"Split", Role::kNone, nullptr, qdq_split, nullptr, Form::kMovement},
      {"Sqrt", Role::kUnary},
      {"Squeeze", Role::kReshape, direct_reshape, nullptr, nullptr, Form::kMovement},
      {"Sub", Role::kBinary},
      {"Tanh", Role::kUnary, nullptr, nullptr, nullptr, Form::kTable},
      {"Transpose", Role::kNone, nullptr, qdq_movement, nullptr, Form::kMovement},
      {"Unsqueeze", Role::kReshape, direct_reshape, nullptr, nullptr, Form::kMovement},
  };
  return rules;
}

const OperatorRule* find_operator_rule(const std::string& operator_name) {
  static const std::map<std::string, const OperatorRule*> by_name = [] {
    std::map<std::string, const OperatorRule*> index;
    for (const OperatorRule& rule : operator_rules()) index.emplace(rule.name, &rule);
    return index;
  }();
  const auto found = by_name.find(operator_name);
  return found == by_name.end() ? nullptr : found->second;
}

const std::vector<std::string>& host_only_operators() {
  // QuantizeLinear: translate_quantize follows it backwards, it has no row of its own.
  static const std::vector<std::string> names = {"QuantizeLinear",
                                                 "Acos",
                                                 "Acosh",
                                                 "And",
                                                 "ArgMax",
                                                 "ArgMin",
                                                 "Asin",
                                                 "Asinh",
                                                 "Atan",
                                                 "Atanh",
                                                 "BatchNormalization",
                                                 "Cast",
                                                 "ConstantOfShape",
                                                 "Cos",
                                                 "Cosh",
                                                 "CumSum",
                                                 "DepthToSpace",
                                                 "DequantizeLinear",
                                                 "DynamicQuantizeLinear",
                                                 "Equal",
                                                 "EyeLike",
                                                 "GatherElements",
                                                 "GatherND",
                                                 "GlobalMaxPool",
                                                 "Greater",
                                                 "GreaterOrEqual",
                                                 "GridSample",
                                                 "Hardmax",
                                                 "InstanceNormalization",
                                                 "IsInf",
                                                 "IsNaN",
                                                 "LRN",
                                                 "LayerNormalization",
                                                 "Less",
                                                 "LessOrEqual",
                                                 "LogSoftmax",
                                                 "Mean",
                                                 "Mod",
                                                 "Not",
                                                 "OneHot",
                                                 "Or",
                                                 "PRelu",
                                                 "Pad",
                                                 "QLinearMul",
                                                 "Range",
                                                 "ReduceL1",
                                                 "ReduceL2",
                                                 "ReduceLogSum",
                                                 "ReduceLogSumExp",
                                                 "ReduceMax",
                                                 "ReduceMin",
                                                 "ReduceProd",
                                                 "ReduceSum",
                                                 "ReduceSumSquare",
                                                 "Resize",
                                                 "ReverseSequence",
                                                 "ScatterElements",
                                                 "ScatterND",
                                                 "Selu",
                                                 "Shape",
                                                 "Shrink",
                                                 "Sign",
                                                 "Sin",
                                                 "Sinh",
                                                 "Size",
                                                 "Softmax",
                                                 "Softsign",
                                                 "SpaceToDepth",
                                                 "Sum",
                                                 "Tan",
                                                 "ThresholdedRelu",
                                                 "Tile",
                                                 "TopK",
                                                 "Trilu",
                                                 "Where",
                                                 "Xor"};
  return names;
}

}  // namespace systole
