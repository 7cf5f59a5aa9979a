// SPDX-License-Identifier: Apache-2.0
#include "onnx/expansion/half_floats.hpp"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <unordered_set>
#include <vector>

#include "network/external_data.hpp"
#include "network/message_text.hpp"
#include "network/tensor_proto.hpp"
#include "onnx/expansion/control_flow.hpp"
#include "support/error.hpp"

namespace systole {

namespace {

using HalfTensor = onnx::TensorProto;

// IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction.
float from_float16(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const float magnitude = exponent == 0    ? std::ldexp(static_cast<float>(fraction), -24)
                          : exponent != 31 ? std::ldexp(static_cast<float>(1024 + fraction), exponent - 25)
                          : fraction == 0  ? INFINITY
                                           : NAN;
  return (bits >> 15) != 0 ? -magnitude : magnitude;
}

// The upper half of a float32.
float from_bfloat16(std::uint16_t bits) {
  const std::uint32_t word = std::uint32_t{bits} << 16;
  float value;
  std::memcpy(&value, &word, sizeof value);
  return value;
}

std::vector<std::uint16_t> bits_of(const HalfTensor& tensor, const std::string& what) {
  std::vector<std::uint16_t> bits;
  if (tensor.has_raw_data()) {
    const std::string& raw = tensor.raw_data();
    if (raw.size() % 2 != 0) throw UserError(what + " has an odd number of bytes");
    for (std::size_t i = 0; i < raw.size(); i += 2)
      bits.push_back(
          static_cast<std::uint16_t>(static_cast<unsigned char>(raw[i]) | static_cast<unsigned char>(raw[i + 1]) << 8));
  } else {
    for (const std::int32_t value : tensor.int32_data()) {
      if (value < 0 || value > 0xffff)
        throw UserError(fmt::format("{} has the bits {}, allowed are 0 to 65535", what, value));
      bits.push_back(static_cast<std::uint16_t>(value));
    }
  }
  return bits;
}

class Widener {
 public:
  explicit Widener(const std::string& file) : file_(file) {}

  void widen(HalfTensor& tensor) {
    if (!is_half_float(tensor.data_type())) return;
    note(tensor.data_type());
    if (!is_external(tensor)) widen_half_floats(tensor, fmt::format("{}: tensor {}", file_, in_quotes(tensor.name())));
  }

  void widen(onnx::ValueInfoProto& value) {
    if (!value.type().has_tensor_type() || !is_half_float(value.type().tensor_type().elem_type())) return;
    note(value.type().tensor_type().elem_type());
    value.mutable_type()->mutable_tensor_type()->set_elem_type(HalfTensor::FLOAT);
  }

  void widen(onnx::NodeProto& node) {
    for (auto& attribute : *node.mutable_attribute()) {
      if (attribute.has_t()) widen(*attribute.mutable_t());
      const bool is_type = (node.op_type() == "Cast" && attribute.name() == "to") || attribute.name() == "dtype" ||
                           attribute.name() == "output_dtype";
      if (!is_type || !is_half_float(static_cast<int>(attribute.i())) || attribute.i() > 100) continue;
      note(static_cast<int>(attribute.i()));
      attribute.set_i(HalfTensor::FLOAT);
    }
  }

  const std::string& found() const { return found_; }

 private:
  void note(int type) {
    if (found_.empty()) found_ = type == HalfTensor::BFLOAT16 ? "bfloat16" : "float16";
  }

  const std::string& file_;
  std::string found_;
};

// Weights that a node computes with.
bool has_half_weights(const onnx::GraphProto& graph) {
  std::unordered_set<std::string> read;
  for (const auto& node : graph.node())
    if (node.op_type() != "Cast")
      for (std::string& name : names_read_by(node)) read.insert(std::move(name));
  for (const HalfTensor& tensor : graph.initializer())
    if (is_half_float(tensor.data_type()) && read.count(tensor.name()) != 0) return true;
  for (const auto& node : graph.node())
    for (const auto& attribute : node.attribute())
      if (node.op_type() == "Constant" && is_half_float(attribute.t().data_type())) return true;
  return false;
}

}  // namespace

void widen_half_floats(HalfTensor& tensor, const std::string& what) {
  if (!is_half_float(tensor.data_type())) return;
  const std::vector<std::uint16_t> bits = bits_of(tensor, what);
  const bool is_brain = tensor.data_type() == HalfTensor::BFLOAT16;
  tensor.clear_raw_data();
  tensor.clear_int32_data();
  tensor.set_data_type(HalfTensor::FLOAT);
  for (const std::uint16_t each : bits) tensor.add_float_data(is_brain ? from_bfloat16(each) : from_float16(each));
}

std::string widen_half_floats(onnx::GraphProto& graph, const std::string& file) {
  const std::vector<onnx::GraphProto*> graphs = graphs_in(graph, file);
  if (std::none_of(graphs.begin(), graphs.end(), [](const auto* each) { return has_half_weights(*each); })) return "";
  Widener widener(file);
  for (onnx::GraphProto* each : graphs) {
    for (auto& tensor : *each->mutable_initializer()) widener.widen(tensor);
    for (auto* list : {each->mutable_input(), each->mutable_output(), each->mutable_value_info()})
      for (auto& value : *list) widener.widen(value);
    for (auto& node : *each->mutable_node()) widener.widen(node);
  }
  return widener.found();
}

}  // namespace systole
