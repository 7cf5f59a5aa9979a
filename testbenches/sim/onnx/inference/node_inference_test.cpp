// SPDX-License-Identifier: Apache-2.0
#include "onnx/inference/node_inference.hpp"

#include "catch.hpp"
#include "sim/onnx/inference/nodes.hpp"
#include "sim/onnx/model_builder.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

const std::vector<Tensor> kImageTensors = {{"x", ElementType::kInt8, {1, 2, 4, 4}, {}, false},
                                           {"s", ElementType::kFloat32, {}, {}, false},
                                           {"z", ElementType::kInt8, {}, {}, false}};

TensorType infer_node(ModelBuilder& b, const std::vector<TensorId>& inputs, const Attributes& attributes = {}) {
  OnnxNode node = onnx_node(b.last_node().op_type(), inputs, attributes);
  return infer_outputs(b.last_node(), 13, node, kImageTensors, "what").at(0);
}

}  // namespace

TEST_CASE("an attribute appears once") {
  ModelBuilder b;
  b.node("Softmax", {"x"}, {"y"}).integer("axis", 1).integer("axis", 1);
  CHECK_THROWS_WITH(check_node_schema(b.last_node(), 13, "what"), "what: attribute 'axis' appears twice");
}

TEST_CASE("each domain is checked by its own schemas") {
  ModelBuilder standard, microsoft, wrong;
  CHECK_NOTHROW(check_node_schema(standard.node("Relu", {"x"}, {"y"}).last_node(), 13, "what"));
  microsoft.node("QLinearSigmoid", {"x", "s", "z", "s", "z"}, {"y"}, "com.microsoft");
  CHECK_NOTHROW(check_node_schema(microsoft.last_node(), 13, "what"));
  wrong.node("QLinearSigmoid", {"x", "s", "z", "s", "z"}, {"y"});
  CHECK_THROWS_WITH(check_node_schema(wrong.last_node(), 13, "what"), Contains("does not have this operator"));
}

TEST_CASE("windows, operators of com.microsoft and all others each have their inference") {
  Attributes window;
  window.ints = {{"kernel_shape", {2, 2}}, {"strides", {2, 2}}};
  ModelBuilder pool, microsoft_pool, sigmoid, reshape;
  pool.node("MaxPool", {"x"}, {"y"}).ints("kernel_shape", {2, 2}).ints("strides", {2, 2});
  CHECK(infer_node(pool, {0}, window).shape == Shape{1, 2, 2, 2});
  microsoft_pool.node("QLinearAveragePool", {"x", "s", "z", "s", "z"}, {"y"}, "com.microsoft");
  CHECK(infer_node(microsoft_pool, {0, 1, 2, 1, 2}, window).shape == Shape{1, 2, 2, 2});
  sigmoid.node("QLinearSigmoid", {"x", "s", "z", "s", "z"}, {"y"}, "com.microsoft");
  CHECK(infer_node(sigmoid, {0, 1, 2, 1, 2}).shape == Shape{1, 2, 4, 4});
  reshape.node("Flatten", {"x"}, {"y"});
  CHECK(infer_node(reshape, {0}).shape == Shape{1, 32});
}
