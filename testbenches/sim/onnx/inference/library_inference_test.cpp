// SPDX-License-Identifier: Apache-2.0
#include "onnx/inference/library_inference.hpp"

#include "catch.hpp"
#include "sim/onnx/inference/nodes.hpp"
#include "sim/onnx/model_builder.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

const std::vector<Tensor> kLibraryTensors = {{"x", ElementType::kFloat32, {2, 3}, {}, false},
                                             {"i", ElementType::kInt64, {2}, {}, false},
                                             {"q", ElementType::kInt8, {2, 3}, {}, false}};

std::vector<TensorType> infer_by_library(ModelBuilder& b, const std::vector<TensorId>& inputs) {
  return infer_with_library(b.last_node(), 13, onnx_node(b.last_node().op_type(), inputs), kLibraryTensors, "what");
}

}  // namespace

TEST_CASE("what does not fit the schema is refused in one line") {
  ModelBuilder none, many, attribute;
  none.node("NoSuchOperator", {"x"}, {"y"});
  CHECK_THROWS_WITH(check_library_schema(none.last_node(), 13, "what"),
                    "what: operator set 13 does not have this operator");
  many.node("Relu", {"x", "x"}, {"y"});
  CHECK_THROWS_WITH(check_library_schema(many.last_node(), 13, "what"), Contains("what: ") && !Contains("\n"));
  attribute.node("Relu", {"x"}, {"y"}).integer("axis", 1);
  CHECK_THROWS_AS(check_library_schema(attribute.last_node(), 13, "what"), UserError);
}

TEST_CASE("an input has a type that the operator takes, and the type of its peers") {
  ModelBuilder relu, add, gather;
  relu.node("Softmax", {"i"}, {"y"});
  CHECK_THROWS_WITH(check_library_inputs(relu.last_node(), 13, onnx_node("Softmax", {1}), kLibraryTensors, "what"),
                    Contains("'i' is int64, which Softmax does not take"));
  add.node("Add", {"x", "i"}, {"y"});
  CHECK_THROWS_WITH(check_library_inputs(add.last_node(), 13, onnx_node("Add", {0, 1}), kLibraryTensors, "what"),
                    Contains("'i' is int64 where float32 is needed"));
  gather.node("Gather", {"x", ""}, {"y"});
  CHECK_THROWS_WITH(
      check_library_inputs(gather.last_node(), 13, onnx_node("Gather", {0, kNoTensor}), kLibraryTensors, "what"),
      Contains("input 1 is missing"));
}

TEST_CASE("types and shapes of outputs, unless they depend on the run") {
  ModelBuilder b, computed;
  b.node("Transpose", {"x"}, {"y"});
  const auto inferred = infer_by_library(b, {0});
  REQUIRE(inferred.size() == 1);
  CHECK(inferred[0].type == ElementType::kFloat32);
  CHECK(inferred[0].shape == Shape{3, 2});
  computed.node("Reshape", {"x", "i"}, {"y"});
  CHECK_THROWS_WITH(infer_by_library(computed, {0, 1}),
                    Contains("the shape of output 'y' is not known before the run"));
}
