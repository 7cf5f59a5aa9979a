// SPDX-License-Identifier: Apache-2.0
#include "onnx/inference/quantization_check.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <map>
#include <optional>

#include "network/host_tensor.hpp"
#include "network/message_text.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

enum class Count {
  kOne,
  kPerAxis,    // one, or one per element of the dimension that attribute `axis` names
  kPerOutput,  // one, or one per output channel of convolution weights [M][C][..]
  kPerColumn,  // one, or one per column of a matrix (row, if attribute transB is set)
};

struct Role {
  int data;  // input that is quantized with these, or kOutput
  std::optional<std::size_t> scale;
  std::size_t zero_point;
  Count count;
};
constexpr int kOutput = -1;

const std::map<std::string, std::vector<Role>>& roles() {
  static const std::vector<Role> unary = {{0, 1, 2, Count::kOne}, {kOutput, 3, 4, Count::kOne}};
  static const std::vector<Role> binary = {
      {0, 1, 2, Count::kOne}, {3, 4, 5, Count::kOne}, {kOutput, 6, 7, Count::kOne}};
  static const std::map<std::string, std::vector<Role>> table = {
      {"QuantizeLinear", {{kOutput, 1, 2, Count::kPerAxis}}},
      {"DequantizeLinear", {{0, 1, 2, Count::kPerAxis}}},
      {"QLinearConv", {{0, 1, 2, Count::kOne}, {3, 4, 5, Count::kPerOutput}, {kOutput, 6, 7, Count::kOne}}},
      {"QLinearMatMul", {{0, 1, 2, Count::kOne}, {3, 4, 5, Count::kPerColumn}, {kOutput, 6, 7, Count::kOne}}},
      {"QGemm", {{0, 1, 2, Count::kOne}, {3, 4, 5, Count::kPerColumn}, {kOutput, 7, 8, Count::kOne}}},
      {"ConvInteger", {{0, std::nullopt, 2, Count::kOne}, {1, std::nullopt, 3, Count::kPerOutput}}},
      {"MatMulInteger", {{0, std::nullopt, 2, Count::kOne}, {1, std::nullopt, 3, Count::kPerColumn}}},
      {"QLinearAdd", binary},
      {"QLinearMul", binary},
      {"QLinearAveragePool", unary},
      {"QLinearGlobalAveragePool", unary},
      {"QLinearSigmoid", unary},
      {"QLinearLeakyRelu", unary},
  };
  return table;
}

class Check {
 public:
  Check(const OnnxNode& node, const std::vector<Tensor>& tensors, ElementType output_type, const std::string& what)
      : node_(node), tensors_(tensors), output_type_(output_type), what_(what) {}

  void run(const Role& role) const {
    const Tensor* scale = role.scale ? input(*role.scale) : nullptr;
    const Tensor* zero_point = input(role.zero_point);
    const std::int64_t many = many_allowed(role);
    if (scale != nullptr) {
      check_count(*scale, many);
      check_scale_values(*scale);
    }
    if (zero_point != nullptr) {
      check_count(*zero_point, many);
      if (scale != nullptr && role.count == Count::kPerAxis &&
          element_count(zero_point->shape) != element_count(scale->shape)) {
        throw UserError(fmt::format("{}: {} zero points and {} scales", what_, element_count(zero_point->shape),
                                    element_count(scale->shape)));
      }
      const ElementType type =
          role.data == kOutput ? output_type_ : tensors_.at(node_.inputs.at(static_cast<std::size_t>(role.data))).type;
      // Without a scale, QGemm's output is float and has no zero point to check.
      if (type != ElementType::kFloat32 && zero_point->type != type) {
        throw UserError(fmt::format("{}: zero point {} is {}, its tensor {}", what_, in_quotes(zero_point->name),
                                    element_name(zero_point->type), element_name(type)));
      }
      if (zero_point->type == ElementType::kInt32) check_zero(*zero_point);
    }
  }

 private:
  const Tensor* input(std::size_t index) const {
    if (index >= node_.inputs.size() || node_.inputs[index] == kNoTensor) return nullptr;
    return &tensors_.at(node_.inputs[index]);
  }

  std::int64_t many_allowed(const Role& role) const {
    if (role.count == Count::kOne) return 1;
    // Per axis, the input has the output's shape.
    const Shape& shape = input(role.data == kOutput ? 0 : static_cast<std::size_t>(role.data))->shape;
    if (shape.empty()) return 1;
    if (role.count == Count::kPerOutput) return shape[0];
    if (role.count == Count::kPerColumn) {
      const auto transposed = node_.ints.find("transB");
      return transposed != node_.ints.end() && transposed->second.at(0) != 0 ? shape[0] : shape.back();
    }
    const auto rank = static_cast<std::int64_t>(shape.size());
    const auto attribute = node_.ints.find("axis");
    std::int64_t axis = attribute == node_.ints.end() ? 1 : attribute->second.at(0);
    if (axis < 0) axis += rank;
    const Tensor* scale = role.scale ? input(*role.scale) : nullptr;
    const bool single = scale != nullptr && element_count(scale->shape) == 1;
    if (axis >= 0 && axis < rank) return shape[static_cast<std::size_t>(axis)];
    if (single) return 1;  // the axis is not used
    throw UserError(fmt::format("{}: the axis {} is not one of {}", what_, axis, shape_text(shape)));
  }

  void check_count(const Tensor& tensor, std::int64_t many) const {
    const std::int64_t count = element_count(tensor.shape);
    if (count == 1 || (count == many && count > 0)) return;
    throw UserError(fmt::format("{}: {} has {} values; {} needed", what_, in_quotes(tensor.name), count,
                                many == 1 ? std::string("1 is") : fmt::format("1 or {} are", many)));
  }

  void check_scale_values(const Tensor& scale) const {
    if (!scale.is_constant) return;
    for (std::size_t i = 0; i * sizeof(float) < scale.data.size(); ++i) {
      float value;
      std::memcpy(&value, &scale.data[i * sizeof(float)], sizeof value);
      if (!std::isfinite(value) || value <= 0) {
        throw UserError(
            fmt::format("{}: scale {} is {}; it must be positive and finite", what_, in_quotes(scale.name), value));
      }
    }
  }

  void check_zero(const Tensor& zero_point) const {
    for (std::uint8_t byte : zero_point.data) {
      if (byte != 0)
        throw UserError(
            fmt::format("{}: the zero point {} of an int32 tensor must be 0", what_, in_quotes(zero_point.name)));
    }
  }

  const OnnxNode& node_;
  const std::vector<Tensor>& tensors_;
  ElementType output_type_;
  const std::string& what_;
};

}  // namespace

QuantizationPart quantization_part(const std::string& operator_name, std::size_t input) {
  const auto found = roles().find(operator_name);
  if (found == roles().end()) return QuantizationPart::kNone;
  for (const Role& role : found->second) {
    if (role.scale == input) return QuantizationPart::kScale;
    if (role.zero_point == input) return QuantizationPart::kZeroPoint;
  }
  return QuantizationPart::kNone;
}

void check_quantization(const std::string& operator_name, const OnnxNode& node, const std::vector<Tensor>& tensors,
                        ElementType output_type, const std::string& what) {
  const auto found = roles().find(operator_name);
  if (found == roles().end()) return;
  for (const Role& role : found->second) Check(node, tensors, output_type, what).run(role);
}

}  // namespace systole
