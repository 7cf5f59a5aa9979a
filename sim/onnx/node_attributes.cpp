// SPDX-License-Identifier: Apache-2.0
#include "onnx/node_attributes.hpp"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <cstring>
#include <limits>
#include <vector>

#include "network/message_text.hpp"
#include "network/tensor_proto.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

template <typename Value>
HostTensor list_tensor(ElementType type, bool is_list, const std::vector<Value>& values) {
  HostTensor tensor = make_host_tensor(type, is_list ? Shape{static_cast<std::int64_t>(values.size())} : Shape{});
  if (!tensor.data.empty()) std::memcpy(tensor.data.data(), values.data(), tensor.data.size());
  return tensor;
}

}  // namespace

void check_integers(const std::string& operator_name, const std::string& attribute,
                    const std::vector<std::int64_t>& values, const std::string& what) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int32_t>::min(),
                         kMost = std::numeric_limits<std::int32_t>::max();
  const bool is_place = attribute == "starts" || attribute == "ends" || attribute == "steps";
  if (operator_name == "Constant" || (operator_name == "Slice" && is_place)) return;
  for (const std::int64_t value : values)
    if (value < kLeast || value > kMost)
      throw UserError(fmt::format("{}: {} has the value {}, allowed are {} to {}", what, in_quotes(attribute), value,
                                  kLeast, kMost));
}

Attributes attributes_of(const onnx::NodeProto& node, const std::string& what) {
  using A = onnx::AttributeProto;
  Attributes result;
  for (const auto& attribute : node.attribute()) {
    switch (attribute.type()) {
      case A::INT:
        result.ints[attribute.name()] = {attribute.i()};
        check_integers(node.op_type(), attribute.name(), {attribute.i()}, what);
        break;
      case A::INTS:
        result.ints[attribute.name()].assign(attribute.ints().begin(), attribute.ints().end());
        check_integers(node.op_type(), attribute.name(), result.ints[attribute.name()], what);
        break;
      case A::FLOAT:
        result.floats[attribute.name()] = {attribute.f()};
        break;
      case A::FLOATS:
        result.floats[attribute.name()].assign(attribute.floats().begin(), attribute.floats().end());
        break;
      case A::STRING:
        result.strings[attribute.name()] = attribute.s();
        break;
      case A::TENSOR:
        break;  // of Constant and ConstantOfShape, read below
      default:
        throw UserError(
            fmt::format("{}: attribute {} has a type that is not supported", what, in_quotes(attribute.name())));
    }
  }
  return result;
}

HostTensor value_of_constant(const onnx::NodeProto& node, const std::string& what, WeightSource& weights) {
  if (node.attribute_size() != 1) throw UserError(what + ": exactly one attribute is needed");
  const std::string& name = node.attribute(0).name();
  if (name == "value") return weights.read(node.attribute(0).t(), node.output(0), what + ": the value");
  const Attributes attributes = attributes_of(node, what);
  if (name == "value_int" || name == "value_ints")
    return list_tensor(ElementType::kInt64, name == "value_ints", attributes.ints.at(name));
  if (name == "value_float" || name == "value_floats")
    return list_tensor(ElementType::kFloat32, name == "value_floats", attributes.floats.at(name));
  throw UserError(fmt::format("{}: attribute {} is not supported", what, in_quotes(name)));
}

std::optional<HostTensor> fill_value(const onnx::NodeProto& node, const std::string& what) {
  if (node.attribute_size() == 0) return std::nullopt;
  HostTensor value = tensor_from_proto(node.attribute(0).t(), what + ": the value");
  if (element_count(value.shape) != 1) throw UserError(what + ": the value must have one element");
  return value;
}

}  // namespace systole
