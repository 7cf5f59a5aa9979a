// SPDX-License-Identifier: Apache-2.0
#include "onnx/inference/microsoft.hpp"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <map>

#include "network/message_text.hpp"
#include "onnx/inference/operands.hpp"

namespace systole {
namespace {

struct Schema {
  // A letter for each input: q int8/uint8, s float32 scale, z zero point, b int32 bias.
  std::string inputs;
  int min_inputs;
  std::map<std::string, onnx::AttributeProto::AttributeType> attributes;
};

const std::map<std::string, Schema>& schemas() {
  using A = onnx::AttributeProto;
  static const std::map<std::string, Schema> table = {
      {"QLinearAdd", {"qszqszsz", 7, {}}},
      {"QLinearMul", {"qszqszsz", 7, {}}},
      {"QGemm", {"qszqszbsz", 6, {{"alpha", A::FLOAT}, {"transA", A::INT}, {"transB", A::INT}}}},
      {"QLinearGlobalAveragePool", {"qszsz", 5, {{"channels_last", A::INT}}}},
      {"QLinearAveragePool",
       {"qszsz",
        4,
        {{"auto_pad", A::STRING},
         {"ceil_mode", A::INT},
         {"channels_last", A::INT},
         {"count_include_pad", A::INT},
         {"kernel_shape", A::INTS},
         {"pads", A::INTS},
         {"strides", A::INTS}}}},
      {"QLinearSigmoid", {"qszsz", 4, {}}},
      {"QLinearLeakyRelu", {"qszsz", 4, {{"alpha", A::FLOAT}}}},
  };
  return table;
}

}  // namespace

std::vector<std::string> microsoft_operators() {
  std::vector<std::string> names;
  for (const auto& [name, schema] : schemas()) names.push_back(name);
  return names;
}

bool is_microsoft_operator(const std::string& operator_name) { return schemas().count(operator_name) != 0; }

void check_microsoft_schema(const onnx::NodeProto& proto, const std::string& what) {
  const auto found = schemas().find(proto.op_type());
  if (found == schemas().end()) refuse(what, "unknown operator of com.microsoft");
  const Schema& schema = found->second;
  const int max_inputs = static_cast<int>(schema.inputs.size());
  if (proto.input_size() < schema.min_inputs || proto.input_size() > max_inputs) {
    refuse(what, fmt::format("{} inputs; allowed are {} to {}", proto.input_size(), schema.min_inputs, max_inputs));
  }
  if (proto.output_size() != 1) refuse(what, fmt::format("{} outputs; allowed is 1", proto.output_size()));
  for (const auto& attribute : proto.attribute()) {
    const auto known = schema.attributes.find(attribute.name());
    if (known == schema.attributes.end()) refuse(what, "unknown attribute " + in_quotes(attribute.name()));
    if (attribute.type() != known->second)
      refuse(what, "attribute " + in_quotes(attribute.name()) + " has the wrong type");
  }
}

void check_microsoft_inputs(const OnnxNode& node, const std::vector<Tensor>& tensors, const std::string& what) {
  const std::string& letters = schemas().at(node.operator_name).inputs;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const Tensor* tensor = input_or_null(node, tensors, i);
    if (tensor == nullptr) continue;
    const char letter = letters[i];
    if (letter == 'q' || letter == 'z') require_byte(*tensor, what);
    const ElementType type = tensor->type;
    if ((letter == 's' && type != ElementType::kFloat32) || (letter == 'b' && type != ElementType::kInt32)) {
      refuse(what, fmt::format("tensor {} is {}; {} is needed", in_quotes(tensor->name), element_name(type),
                               letter == 's' ? "float32" : "int32"));
    }
  }
  if (node.flag("channels_last")) refuse(what, "attribute channels_last is 1; supported is 0");
}

TensorType infer_microsoft(const OnnxNode& node, const std::vector<Tensor>& tensors, const std::string& what) {
  const std::string& name = node.operator_name;
  const Tensor& x = required_input(node, tensors, 0, what);
  if (name == "QLinearAdd" || name == "QLinearMul")
    return {x.type, broadcast_shape(x, required_input(node, tensors, 3, what), what)};
  if (name == "QGemm") {
    const Shape product =
        gemm_shape(node, x, required_input(node, tensors, 3, what), input_or_null(node, tensors, 6), what);
    const bool quantized = input_or_null(node, tensors, 7) != nullptr;
    const Tensor* zero_point = input_or_null(node, tensors, 8);
    const ElementType type = !quantized ? ElementType::kFloat32 : zero_point != nullptr ? zero_point->type : x.type;
    return {type, product};
  }
  Shape shape = x.shape;
  if (name == "QLinearGlobalAveragePool") {
    if (shape.size() < 3)
      refuse(what, fmt::format("the input has the shape {}; rank 3 or 4 is needed", shape_text(shape)));
    std::fill(shape.begin() + 2, shape.end(), 1);
  }
  return {x.type, shape};
}

}  // namespace systole
