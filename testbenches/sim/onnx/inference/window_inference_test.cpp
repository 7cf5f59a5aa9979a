// SPDX-License-Identifier: Apache-2.0
#include "onnx/inference/window_inference.hpp"

#include "catch.hpp"
#include "support/error.hpp"

using namespace systole;

namespace {

Tensor tensor(const std::string& name, ElementType type, const Shape& shape) { return {name, type, shape, {}, false}; }

struct Result {
  TensorType type;
  OnnxNode node;
};

// Of x [1,4,6,6] and w.
Result infer(const std::string& name, const Shape& w, const Attributes& attributes = {}, const Shape& bias = {2}) {
  const std::vector<Tensor> tensors = {tensor("x", ElementType::kUint8, {1, 4, 6, 6}),
                                       tensor("w", ElementType::kInt8, w), tensor("s", ElementType::kFloat32, {}),
                                       tensor("z", ElementType::kInt8, {}), tensor("b", ElementType::kInt32, bias)};
  OnnxNode node{attributes, "n", name, {0, 1, 4}, {}};
  if (name == "ConvInteger" || name == "MaxPool") node.inputs = {0, 1};
  if (name == "QLinearConv") node.inputs = {0, 2, 3, 1, 2, 3, 2, 3, 4};
  const TensorType type = infer_window(node, tensors, "what");
  return {type, node};
}

}  // namespace

TEST_CASE("convolutions and pools with a window, of either domain") {
  for (const char* name : {"Conv", "ConvInteger", "QLinearConv", "MaxPool", "AveragePool", "QLinearAveragePool"})
    CHECK(has_window(name));
  CHECK_FALSE(has_window("GlobalAveragePool"));
}

TEST_CASE("the output has the channels of the weights and the element type of the operator") {
  CHECK(infer("Conv", {2, 4, 3, 3}).type.shape == Shape{1, 2, 4, 4});
  CHECK(infer("Conv", {2, 4, 3, 3}).type.type == ElementType::kUint8);
  CHECK(infer("ConvInteger", {2, 4, 3, 3}).type.type == ElementType::kInt32);
  CHECK(infer("QLinearConv", {2, 4, 3, 3}).type.type == ElementType::kInt8);
}

TEST_CASE("attributes of the window and the group are completed") {
  const OnnxNode node = infer("Conv", {2, 4, 3, 1}).node;
  CHECK(node.ints.at("kernel_shape") == std::vector<std::int64_t>{3, 1});
  CHECK(node.ints.at("strides") == std::vector<std::int64_t>{1, 1});
  CHECK(node.ints.at("pads") == std::vector<std::int64_t>{0, 0, 0, 0});
  CHECK(node.ints.at("group") == std::vector<std::int64_t>{1});
}

TEST_CASE("weights, group and bias that do not fit the input are refused") {
  CHECK_THROWS_WITH(infer("Conv", {2, 3, 3, 3}), Contains("group 1 do not fit"));
  Attributes groups;
  groups.ints["group"] = {3};
  CHECK_THROWS_WITH(infer("Conv", {2, 2, 3, 3}, groups), Contains("group 3 do not fit"));
  groups.ints["group"] = {2};
  CHECK(infer("Conv", {2, 2, 3, 3}, groups).type.shape == Shape{1, 2, 4, 4});
  CHECK_THROWS_WITH(infer("Conv", {2, 4, 3}), Contains("the weights 'w' have the shape [2,4,3]"));
  CHECK_THROWS_WITH(infer("Conv", {2, 4, 3, 3}, {}, {3}), Contains("the bias 'b' has the shape [3]"));
}
