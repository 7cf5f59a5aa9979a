// SPDX-License-Identifier: Apache-2.0
#include "onnx/inference/operands.hpp"

#include "catch.hpp"
#include "sim/onnx/inference/nodes.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

Tensor tensor(const std::string& name, const Shape& shape, ElementType type = ElementType::kFloat32) {
  return {name, type, shape, {}, false};
}

}  // namespace

TEST_CASE("an input that is absent in the middle or at the end is missing") {
  const std::vector<Tensor> tensors = {tensor("x", {1})};
  const OnnxNode n = onnx_node("Op", {kNoTensor, 0});
  CHECK(input_or_null(n, tensors, 0) == nullptr);
  CHECK(input_or_null(n, tensors, 1) == &tensors[0]);
  CHECK(input_or_null(n, tensors, 2) == nullptr);
  CHECK_THROWS_WITH(required_input(n, tensors, 2, "what"), "what: input 2 is missing");
}

TEST_CASE("only int8 and uint8 are bytes") {
  CHECK_NOTHROW(require_byte(tensor("x", {}, ElementType::kInt8), "what"));
  CHECK_NOTHROW(require_byte(tensor("x", {}, ElementType::kUint8), "what"));
  for (ElementType type : {ElementType::kBool, ElementType::kInt32, ElementType::kFloat32})
    CHECK_THROWS_WITH(require_byte(tensor("x", {}, type), "what"),
                      Contains("'x' is " + std::string(element_name(type))));
}

TEST_CASE("two shapes are repeated to each other's size, from the last dimension on") {
  const auto shape = [](const Shape& a, const Shape& b) {
    return broadcast_shape(tensor("a", a), tensor("b", b), "what");
  };
  CHECK(shape({2, 1, 4}, {3, 1}) == Shape{2, 3, 4});
  CHECK(shape({}, {5}) == Shape{5});
  CHECK_THROWS_WITH(shape({2}, {3}), Contains("[2] and [3] do not broadcast"));
  CHECK(broadcasts_to({1, 4}, {2, 3, 4}));
  CHECK_FALSE(broadcasts_to({2, 1, 4}, {1, 3, 4}));
  CHECK_FALSE(broadcasts_to({1, 4}, {4}));
}

TEST_CASE("a product of matrices has the rows of a and the columns of b, either transposed") {
  const Tensor a = tensor("a", {2, 3}), b = tensor("b", {3, 4});
  OnnxNode plain = onnx_node("Op", {}), transposed = onnx_node("Op", {});
  transposed.ints = {{"transA", {1}}, {"transB", {1}}};
  CHECK(gemm_shape(plain, a, b, nullptr, "what") == Shape{2, 4});
  CHECK(gemm_shape(transposed, b, a, nullptr, "what") == Shape{4, 2});
  CHECK_THROWS_WITH(gemm_shape(plain, b, a, nullptr, "what"), Contains("do not multiply"));
  CHECK_THROWS_WITH(gemm_shape(plain, a, tensor("b", {3}), nullptr, "what"), Contains("must be matrices"));
  const Tensor row = tensor("c", {4}), wrong = tensor("c", {3});
  CHECK_NOTHROW(gemm_shape(plain, a, b, &row, "what"));
  CHECK_THROWS_WITH(gemm_shape(plain, a, b, &wrong, "what"), Contains("the bias 'c'"));
}
