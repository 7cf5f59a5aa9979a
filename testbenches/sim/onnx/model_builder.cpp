// SPDX-License-Identifier: Apache-2.0
#include "sim/onnx/model_builder.hpp"

#include <fstream>
#include <stdexcept>

#include "network/tensor_proto.hpp"
#include "normalize/reader.hpp"
#include "onnx/model_loader.hpp"

namespace systole::test {
namespace {

void set_type(onnx::ValueInfoProto& info, const std::string& name, ElementType type, const Shape& shape) {
  info.set_name(name);
  auto* tensor = info.mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(onnx_data_type_of(type));
  tensor->mutable_shape();
  for (std::int64_t dimension : shape) tensor->mutable_shape()->add_dim()->set_dim_value(dimension);
}

}  // namespace

ModelBuilder::ModelBuilder(int opset) {
  model_.set_ir_version(8);
  auto* standard = model_.add_opset_import();
  standard->set_domain("");
  standard->set_version(opset);
  auto* microsoft = model_.add_opset_import();
  microsoft->set_domain("com.microsoft");
  microsoft->set_version(1);
  graph().set_name("built");
}

ModelBuilder& ModelBuilder::input(const std::string& name, ElementType type, const Shape& shape) {
  set_type(*graph().add_input(), name, type, shape);
  return *this;
}

ModelBuilder& ModelBuilder::output(const std::string& name, ElementType type, const Shape& shape) {
  set_type(*graph().add_output(), name, type, shape);
  return *this;
}

onnx::TensorProto& ModelBuilder::initializer(const std::string& name, ElementType type, const Shape& shape) {
  auto& tensor = *graph().add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx_data_type_of(type));
  for (std::int64_t dimension : shape) tensor.add_dims(dimension);
  return tensor;
}

ModelBuilder& ModelBuilder::floats(const std::string& name, const Shape& shape, const std::vector<float>& values) {
  auto& tensor = initializer(name, ElementType::kFloat32, shape);
  for (float value : values) tensor.add_float_data(value);
  return *this;
}

ModelBuilder& ModelBuilder::bytes(const std::string& name, ElementType type, const Shape& shape,
                                  const std::vector<int>& values) {
  auto& tensor = initializer(name, type, shape);
  std::string raw;
  for (int value : values) raw += static_cast<char>(value);
  tensor.set_raw_data(raw);
  return *this;
}

ModelBuilder& ModelBuilder::int32s(const std::string& name, const Shape& shape,
                                   const std::vector<std::int32_t>& values) {
  auto& tensor = initializer(name, ElementType::kInt32, shape);
  for (std::int32_t value : values) tensor.add_int32_data(value);
  return *this;
}

ModelBuilder& ModelBuilder::int64s(const std::string& name, const Shape& shape,
                                   const std::vector<std::int64_t>& values) {
  auto& tensor = initializer(name, ElementType::kInt64, shape);
  for (std::int64_t value : values) tensor.add_int64_data(value);
  return *this;
}

ModelBuilder& ModelBuilder::node(const std::string& op, const std::vector<std::string>& inputs,
                                 const std::vector<std::string>& outputs, const std::string& domain) {
  auto& node = *graph().add_node();
  node.set_op_type(op);
  node.set_name(outputs.at(0));
  node.set_domain(domain);
  for (const auto& input : inputs) node.add_input(input);
  for (const auto& output : outputs) node.add_output(output);
  return *this;
}

onnx::AttributeProto& ModelBuilder::attribute(const std::string& name, onnx::AttributeProto::AttributeType type) {
  auto& attribute = *last_node().add_attribute();
  attribute.set_name(name);
  attribute.set_type(type);
  return attribute;
}

ModelBuilder& ModelBuilder::ints(const std::string& name, const std::vector<std::int64_t>& values) {
  auto& list = attribute(name, onnx::AttributeProto::INTS);
  for (std::int64_t value : values) list.add_ints(value);
  return *this;
}

ModelBuilder& ModelBuilder::integer(const std::string& name, std::int64_t value) {
  attribute(name, onnx::AttributeProto::INT).set_i(value);
  return *this;
}

ModelBuilder& ModelBuilder::number(const std::string& name, float value) {
  attribute(name, onnx::AttributeProto::FLOAT).set_f(value);
  return *this;
}

ModelBuilder& ModelBuilder::text(const std::string& name, const std::string& value) {
  attribute(name, onnx::AttributeProto::STRING).set_s(value);
  return *this;
}

ModelBuilder& ModelBuilder::quantize(const std::string& x, const std::string& y, Quantization q, ElementType type) {
  floats(y + "_scale", {}, {q.scale});
  bytes(y + "_zero", type, {}, {q.zero_point});
  return node("QuantizeLinear", {x, y + "_scale", y + "_zero"}, {y});
}

ModelBuilder& ModelBuilder::dequantize(const std::string& x, const std::string& y, Quantization q, ElementType type) {
  floats(y + "_scale", {}, {q.scale});
  bytes(y + "_zero", type, {}, {q.zero_point});
  return node("DequantizeLinear", {x, y + "_scale", y + "_zero"}, {y});
}

ModelBuilder& ModelBuilder::quantized_constant(const std::string& name, ElementType type, const Shape& shape,
                                               const std::vector<int>& values, const std::vector<float>& scale,
                                               const std::vector<int>& zero_point, int axis) {
  const auto list = [](std::size_t count) { return count == 1 ? Shape{} : Shape{static_cast<std::int64_t>(count)}; };
  if (type == ElementType::kInt32) {
    int32s(name + "_q", shape, values);
    int32s(name + "_zero", list(zero_point.size()), zero_point);
  } else {
    bytes(name + "_q", type, shape, values);
    bytes(name + "_zero", type, list(zero_point.size()), zero_point);
  }
  floats(name + "_scale", list(scale.size()), scale);
  node("DequantizeLinear", {name + "_q", name + "_scale", name + "_zero"}, {name});
  if (scale.size() > 1) integer("axis", axis);
  return *this;
}

std::string ModelBuilder::move_weights_to(const std::string& file, std::size_t least_bytes) {
  std::string bytes;
  for (auto& tensor : *graph().mutable_initializer()) {
    const HostTensor value = tensor_from_proto(tensor, tensor.name());
    if (value.type == ElementType::kInt64 || value.data.size() < least_bytes) continue;
    onnx::TensorProto moved;
    moved.set_name(tensor.name());
    moved.set_data_type(tensor.data_type());
    *moved.mutable_dims() = tensor.dims();
    moved.set_data_location(onnx::TensorProto::EXTERNAL);
    for (const auto& [key, text] : {std::pair<std::string, std::string>{"location", file},
                                    {"offset", std::to_string(bytes.size())},
                                    {"length", std::to_string(value.data.size())}}) {
      auto& entry = *moved.add_external_data();
      entry.set_key(key);
      entry.set_value(text);
    }
    tensor = moved;
    bytes.append(value.data.begin(), value.data.end());
  }
  return bytes;
}

void ModelBuilder::write(const std::filesystem::path& file) const {
  std::ofstream stream(file, std::ios::binary);
  if (!model_.SerializeToOstream(&stream)) throw std::runtime_error("cannot write " + file.string());
}

Network ModelBuilder::read() const {
  const TemporaryFolder folder;
  write(folder.file("net.onnx"));
  return read_network(folder.file("net.onnx"));
}

OnnxGraph ModelBuilder::load() const {
  const TemporaryFolder folder;
  write(folder.file("net.onnx"));
  return load_model(folder.file("net.onnx"));
}

}  // namespace systole::test
