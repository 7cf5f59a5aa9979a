// SPDX-License-Identifier: Apache-2.0
#include "onnx/inference/data_inference.hpp"

#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/onnx/inference/nodes.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

Tensor depth_of(std::int64_t value, bool is_constant = true) {
  Tensor tensor{"depth", ElementType::kInt64, {}, std::vector<std::uint8_t>(8), is_constant};
  for (int i = 0; i < 8; ++i) tensor.data[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(value >> (8 * i));
  return tensor;
}

// Of indices [2,3] and two int8 values.
TensorType one_hot(const Tensor& depth, const Attributes& attributes = {}, const Shape& values = {2}) {
  const std::vector<Tensor> tensors = {{"x", kI32, {2, 3}, {}, false}, depth, {"values", kI8, values, {}, false}};
  return infer_from_data(onnx_node("OneHot", {0, 1, 2}, attributes), tensors, "what").value();
}

}  // namespace

TEST_CASE("the depth of OneHot is a dimension of its output, at the axis") {
  CHECK(one_hot(depth_of(5)).shape == Shape{2, 3, 5});
  CHECK(one_hot(depth_of(5)).type == kI8);
  for (const auto& [axis, shape] : std::map<std::int64_t, Shape>{{0, {5, 2, 3}}, {-2, {2, 5, 3}}, {2, {2, 3, 5}}}) {
    Attributes attributes;
    attributes.ints["axis"] = {axis};
    CHECK(one_hot(depth_of(5), attributes).shape == shape);
  }
  Tensor number{"depth", kF32, {1}, {0, 0, 0x40, 0x40}, true};  // 3
  CHECK(one_hot(number).shape == Shape{2, 3, 3});
}

TEST_CASE("a depth, an axis and values that OneHot cannot have are refused") {
  CHECK_THROWS_WITH(one_hot(depth_of(5, false)), "what: input 'depth' must be one constant number");
  CHECK_THROWS_WITH(one_hot(depth_of(0)), Contains("the depth is 0; allowed are 1 to"));
  CHECK_THROWS_WITH(one_hot(depth_of(std::int64_t{1} << 40)), Contains("allowed are 1 to"));
  CHECK_THROWS_WITH(one_hot(depth_of(5), {}, {3}), "what: input 'values' must have two values");
  for (const std::int64_t axis : {-4, 3}) {
    Attributes attributes;
    attributes.ints["axis"] = {axis};
    CHECK_THROWS_WITH(one_hot(depth_of(5), attributes), Contains("allowed are -3 to 2"));
  }
}

TEST_CASE("a comparison is boolean in every operator set, and other operators are left to the library") {
  const std::vector<Tensor> tensors = {{"a", kF32, {2, 1}, {}, false}, {"b", kF32, {3}, {}, false}};
  for (const char* name : {"GreaterOrEqual", "LessOrEqual"}) {
    const TensorType type = infer_from_data(onnx_node(name, {0, 1}), tensors, "what").value();
    CHECK(type.type == ElementType::kBool);
    CHECK(type.shape == Shape{2, 3});
  }
  CHECK_FALSE(infer_from_data(onnx_node("Add", {0, 1}), tensors, "what").has_value());
}
