// SPDX-License-Identifier: Apache-2.0
//
// Nodes that are computed while a file is read.
#include "onnx/constant_folding.hpp"

#include <cstring>

#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

Tensor constant(const std::vector<float>& values) {
  const HostTensor tensor = float_tensor({static_cast<std::int64_t>(values.size())}, values);
  return {"c", tensor.type, tensor.shape, tensor.data, true};
}

OnnxNode node(const std::string& name, const std::vector<TensorId>& inputs, TensorId output) {
  return {{}, "n", name, inputs, {output}};
}

}  // namespace

TEST_CASE("a node of constants is folded if the host allows it, Shape always") {
  const std::vector<Tensor> tensors = {constant({1}), {"x", kF32, {1}, {}, false}, {"y", kF32, {1}, {}, false}};
  CHECK(ConstantFolder::folds(tensors, node("Neg", {0}, 2)));
  CHECK_FALSE(ConstantFolder::folds(tensors, node("Neg", {1}, 2)));
  CHECK_FALSE(ConstantFolder::folds(tensors, node("Add", {0, kNoTensor}, 2)));
  CHECK_FALSE(ConstantFolder::folds(tensors, node("Softmax", {0}, 2)));
  CHECK(ConstantFolder::folds(tensors, node("Shape", {1}, 2)));
  CHECK(ConstantFolder::folds(tensors, node("Size", {1}, 2)));
}

TEST_CASE("the output of a folded node is a constant with its value") {
  std::vector<Tensor> tensors = {constant({1, -2}), {"y", kF32, {2}, {}, false}};
  ConstantFolder("net.onnx").fold(tensors, node("Neg", {0}, 1), "what");
  REQUIRE(tensors[1].is_constant);
  CHECK(floats_of({tensors[1].type, tensors[1].shape, tensors[1].data}) == std::vector<float>{-1, 2});
}

TEST_CASE("an operand without elements is refused, except where emptiness has a meaning") {
  std::vector<Tensor> tensors = {constant({}), {"y", kF32, {0}, {}, false}, {"n", ElementType::kInt64, {1}, {}, false}};
  ConstantFolder folder("net.onnx");
  CHECK_THROWS_WITH(folder.fold(tensors, node("Neg", {0}, 1), "net.onnx: node 'n'"),
                    Contains("node 'n'") && Contains("'c' has no elements"));
  folder.fold(tensors, node("Shape", {0}, 2), "net.onnx: node 'n'");
  std::int64_t size = -1;
  std::memcpy(&size, tensors[2].data.data(), sizeof size);
  CHECK(size == 0);
}

TEST_CASE("what the host refuses is refused with the file's name") {
  std::vector<Tensor> tensors = {constant({1, 2}), {"y", kF32, {3}, {}, false}};
  CHECK_THROWS_WITH(ConstantFolder("net.onnx").fold(tensors, node("Reshape", {0}, 1), "what"),
                    Contains("net.onnx: node 'n' (Reshape)"));
}

TEST_CASE("folded constants have a limit over all nodes of a file") {
  const std::int64_t most = std::int64_t{200} << 18;  // floats; 200 MiB
  std::vector<Tensor> tensors = {constant({1}), {"y", kF32, {most}, {}, false}};
  ConstantFolder folder("net.onnx");
  CHECK_NOTHROW(folder.fold(tensors, node("Expand", {0}, 1), "what"));
  CHECK_THROWS_WITH(folder.fold(tensors, node("Expand", {0}, 1), "what"), Contains("what: the constants computed"));
}

TEST_CASE("a target shape that is computed from a shape is known before the run") {
  ModelBuilder builder;
  builder.input("x", kF32, {2, 3, 4})
      .node("Shape", {"x"}, {"s"})
      .int64s("first", {1}, {0})
      .node("Gather", {"s", "first"}, {"batch"});
  builder.int64s("rest", {1}, {-1}).node("Concat", {"batch", "rest"}, {"target"}).integer("axis", 0);
  builder.node("Reshape", {"x", "target"}, {"y"}).output("y", kF32, {2, 12});
  const Network network = builder.read();
  CHECK(network.nodes.size() == 1);
  CHECK(network.tensors[network.outputs[0]].shape == Shape{2, 12});
}
