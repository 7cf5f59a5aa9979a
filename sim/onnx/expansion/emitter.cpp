// SPDX-License-Identifier: Apache-2.0
#include "onnx/expansion/emitter.hpp"

#include <fmt/format.h>

#include "network/message_text.hpp"
#include "onnx/expansion/expansion.hpp"
#include "support/error.hpp"

namespace systole::expansion {

using Attribute = onnx::AttributeProto;

void Emitter::refuse(const std::string& why) const { throw UserError(what_ + ": " + why); }

std::string Emitter::input(int i) const {
  if (!has_input(i)) refuse(fmt::format("input {} is missing", i));
  return node_.input(i);
}

const Attribute* Emitter::attribute(const char* name, Attribute::AttributeType type) const {
  for (const Attribute& each : node_.attribute()) {
    if (each.name() != name) continue;
    if (each.type() != type) refuse(fmt::format("attribute {} has the wrong type", in_quotes(name)));
    return &each;
  }
  return nullptr;
}

std::int64_t Emitter::integer(const char* name, std::int64_t otherwise) const {
  const Attribute* found = attribute(name, Attribute::INT);
  return found == nullptr ? otherwise : found->i();
}
float Emitter::number(const char* name, float otherwise) const {
  const Attribute* found = attribute(name, Attribute::FLOAT);
  return found == nullptr ? otherwise : found->f();
}
std::string Emitter::text(const char* name, const std::string& otherwise) const {
  const Attribute* found = attribute(name, Attribute::STRING);
  return found == nullptr ? otherwise : found->s();
}
std::vector<std::int64_t> Emitter::integers(const char* name, std::vector<std::int64_t> otherwise) const {
  const Attribute* found = attribute(name, Attribute::INTS);
  if (found == nullptr) return otherwise;
  return {found->ints().begin(), found->ints().end()};
}

std::vector<float> Emitter::numbers(const char* name) const {
  const Attribute* found = attribute(name, Attribute::FLOATS);
  if (found == nullptr) return {};
  return {found->floats().begin(), found->floats().end()};
}

std::vector<std::int64_t> Emitter::constant_shape(int i) const {
  const auto found = constants_.find(input(i));
  if (found == constants_.end()) refuse(fmt::format("input {} must be a constant", in_quotes(input(i))));
  return found->second;
}

std::vector<std::int64_t> Emitter::run_time_shape(int i) const {
  const auto found = run_time_.find(input(i));
  if (found == run_time_.end())
    refuse(fmt::format("the shape of input {} must be known, from --shape or from the file", in_quotes(input(i))));
  return found->second;
}

bool Emitter::texts_are(const char* name, const std::string& list) const {
  const Attribute* found = attribute(name, Attribute::STRINGS);
  if (found == nullptr) return true;
  std::string text;
  for (const std::string& each : found->strings()) text += (text.empty() ? "" : ", ") + each;
  return text == list || text == list + ", " + list;
}

const std::string& Emitter::name() const {
  int first = 0;
  while (!has_output(first)) ++first;
  return node_.output(first);
}

onnx::NodeProto& Emitter::new_node(const char* operator_name, const std::string& output) {
  onnx::NodeProto& node = nodes_.emplace_back();
  node.set_op_type(operator_name);
  node.set_domain(kExpandedDomain);
  const std::string own = fmt::format("{}/{}{}", name(), operator_name, ++made_);
  // The node that computes the output has the name that the network knows.
  node.set_name(output != name() ? own : node_.name().empty() ? name() : node_.name());
  node.add_output(output.empty() ? own : output);
  return node;
}

std::string Emitter::add(const char* operator_name, const std::vector<std::string>& inputs, const std::string& output) {
  onnx::NodeProto& node = new_node(operator_name, output);
  for (const std::string& each : inputs) node.add_input(each);
  return node.output(0);
}

Attribute& Emitter::new_attribute(const char* name, Attribute::AttributeType type) {
  Attribute& added = *nodes_.back().add_attribute();
  added.set_name(name);
  added.set_type(type);
  return added;
}
Emitter& Emitter::with(const char* name, std::int64_t value) {
  new_attribute(name, Attribute::INT).set_i(value);
  return *this;
}
Emitter& Emitter::with(const char* name, float value) {
  new_attribute(name, Attribute::FLOAT).set_f(value);
  return *this;
}
Emitter& Emitter::with(const char* name, const std::vector<std::int64_t>& values) {
  Attribute& added = new_attribute(name, Attribute::INTS);
  for (const std::int64_t value : values) added.add_ints(value);
  return *this;
}
Emitter& Emitter::with(const char* name, const std::string& text) {
  new_attribute(name, Attribute::STRING).set_s(text);
  return *this;
}

std::string Emitter::constant(float value) {
  const std::string output = new_node("Constant", "").output(0);
  onnx::TensorProto& tensor = *new_attribute("value", Attribute::TENSOR).mutable_t();
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  tensor.add_float_data(value);
  return output;
}
std::string Emitter::constant(const std::vector<std::int64_t>& values) {
  const std::string output = new_node("Constant", "").output(0);
  onnx::TensorProto& tensor = *new_attribute("value", Attribute::TENSOR).mutable_t();
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  for (const std::int64_t value : values) tensor.add_int64_data(value);
  return output;
}
std::string Emitter::constant(const std::vector<float>& values) {
  const std::string output = new_node("Constant", "").output(0);
  onnx::TensorProto& tensor = *new_attribute("value", Attribute::TENSOR).mutable_t();
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  for (const float value : values) tensor.add_float_data(value);
  return output;
}

}  // namespace systole::expansion
