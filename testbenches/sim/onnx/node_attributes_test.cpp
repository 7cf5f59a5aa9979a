// SPDX-License-Identifier: Apache-2.0
#include "onnx/node_attributes.hpp"

#include "catch.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

onnx::TensorProto float_proto(const std::vector<float>& values) {
  onnx::TensorProto proto;
  proto.set_data_type(onnx::TensorProto::FLOAT);
  proto.add_dims(static_cast<std::int64_t>(values.size()));
  for (float v : values) proto.add_float_data(v);
  return proto;
}

void add_tensor(onnx::NodeProto& node, const std::string& name, const std::vector<float>& values) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::TENSOR);
  *attribute.mutable_t() = float_proto(values);
}

}  // namespace

TEST_CASE("an integer whose upper half says something is refused, where all 64 bits have no meaning") {
  for (const std::int64_t value : {std::int64_t{1} << 32 | 1, -(std::int64_t{1} << 40), INT64_MIN}) {
    ModelBuilder b;
    b.node("Concat", {"x"}, {"y"}).integer("axis", value);
    CHECK_THROWS_WITH(attributes_of(b.last_node(), "what"), Contains("what: 'axis' has the value"));
    b.node("Pad", {"x"}, {"z"}).ints("pads", {0, value});
    CHECK_THROWS_WITH(attributes_of(b.last_node(), "what"), Contains("'pads' has the value"));
    b.node("Slice", {"x"}, {"s"}).ints("ends", {value});
    CHECK(attributes_of(b.last_node(), "what").ints.at("ends").at(0) == value);
  }
  ModelBuilder ends;
  ends.node("Cast", {"x"}, {"y"}).integer("to", INT32_MAX);
  CHECK_NOTHROW(attributes_of(ends.last_node(), "what"));
}

TEST_CASE("attributes are kept by kind, tensors are left out") {
  ModelBuilder b;
  b.node("Op", {"x"}, {"y"}).integer("axis", -1).ints("pads", {1, 2}).number("alpha", 0.5f).text("mode", "linear");
  add_tensor(b.last_node(), "value", {1});
  const Attributes a = attributes_of(b.last_node(), "what");
  CHECK(a.ints.at("axis") == std::vector<std::int64_t>{-1});
  CHECK(a.ints.at("pads") == std::vector<std::int64_t>{1, 2});
  CHECK(a.floats.at("alpha") == std::vector<float>{0.5f});
  CHECK(a.strings.at("mode") == "linear");
  CHECK(a.ints.size() + a.floats.size() + a.strings.size() == 4);
}

TEST_CASE("an attribute of another kind is refused") {
  ModelBuilder b;
  b.node("If", {"x"}, {"y"});
  auto& attribute = *b.last_node().add_attribute();
  attribute.set_name("then_branch");
  attribute.set_type(onnx::AttributeProto::GRAPH);
  CHECK_THROWS_WITH(attributes_of(b.last_node(), "what"), Contains("what: attribute 'then_branch'"));
}

TEST_CASE("a constant is a tensor, a number or a list") {
  ModelBuilder tensor, number, list, none, other;
  WeightSource weights("net.onnx");
  tensor.node("Constant", {}, {"y"});
  add_tensor(tensor.last_node(), "value", {1, 2});
  CHECK(floats_of(value_of_constant(tensor.last_node(), "what", weights)) == std::vector<float>{1, 2});
  number.node("Constant", {}, {"y"}).number("value_float", 0.25f);
  CHECK(floats_of(value_of_constant(number.last_node(), "what", weights)) == std::vector<float>{0.25f});
  CHECK(value_of_constant(number.last_node(), "what", weights).shape.empty());
  list.node("Constant", {}, {"y"}).ints("value_ints", {7, 8});
  CHECK(value_of_constant(list.last_node(), "what", weights).shape == Shape{2});
  CHECK(integers_of(value_of_constant(list.last_node(), "what", weights)) == std::vector<int>{7, 8});
  none.node("Constant", {}, {"y"});
  CHECK_THROWS_WITH(value_of_constant(none.last_node(), "what", weights), Contains("exactly one attribute"));
  other.node("Constant", {}, {"y"}).text("value_string", "s");
  CHECK_THROWS_WITH(value_of_constant(other.last_node(), "what", weights), Contains("'value_string' is not supported"));
}

TEST_CASE("a fill value has one element") {
  ModelBuilder one, two, none;
  one.node("ConstantOfShape", {"s"}, {"y"});
  add_tensor(one.last_node(), "value", {3});
  CHECK(floats_of(fill_value(one.last_node(), "what").value()) == std::vector<float>{3});
  two.node("ConstantOfShape", {"s"}, {"y"});
  add_tensor(two.last_node(), "value", {3, 4});
  CHECK_THROWS_WITH(fill_value(two.last_node(), "what"), Contains("one element"));
  none.node("ConstantOfShape", {"s"}, {"y"});
  CHECK_FALSE(fill_value(none.last_node(), "what"));
}
