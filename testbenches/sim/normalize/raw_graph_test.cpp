// SPDX-License-Identifier: Apache-2.0
//
// Questions that normalization asks of the graph.
#include "normalize/raw_graph.hpp"

#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/onnx/model_builder.hpp"

using namespace systole;
using namespace systole::test;

namespace {

// x int8 -> DequantizeLinear -> dx
ModelBuilder quantized() {
  ModelBuilder b;
  b.input("x", kI8, {2, 2}).dequantize("x", "dx", {0.5f, 3}, kI8);
  return b;
}

TensorId id(const RawGraph& graph, const std::string& name) {
  TensorId found = 0;
  while (graph.tensor(found).name != name) ++found;
  return found;
}

}  // namespace

TEST_CASE("a tensor has its writer and its readers, an output of the network counts twice") {
  ModelBuilder b = quantized();
  b.node("Relu", {"dx"}, {"y"}).output("y", kF32, {2, 2});
  const RawGraph graph(b.load(), "net.onnx");
  CHECK(graph.producer(id(graph, "x")) == nullptr);
  CHECK(graph.producer(kNoTensor) == nullptr);
  CHECK(graph.producer(id(graph, "y"))->operator_name == "Relu");
  CHECK(graph.read_once(id(graph, "dx")));
  CHECK_FALSE(graph.read_once(id(graph, "y")));
  CHECK(graph.what(*graph.producer(id(graph, "y"))) == "net.onnx: node 'y' (Relu)");
}

TEST_CASE("a dequantized tensor of the run has one scale") {
  ModelBuilder b = quantized();
  b.node("Relu", {"dx"}, {"y"}).output("y", kF32, {2, 2});
  const RawGraph graph(b.load(), "net.onnx");
  const auto x = graph.dequantized(id(graph, "dx"));
  REQUIRE(x);
  CHECK(x->tensor == id(graph, "x"));
  CHECK(x->q.scale == 0.5f);
  CHECK(x->q.zero_point == 3);
  CHECK_FALSE(graph.dequantized(id(graph, "y")));
  CHECK_FALSE(graph.dequantized(id(graph, "x")));
}

TEST_CASE("a dequantized constant is turned once, its scales with it") {
  ModelBuilder b = quantized();
  b.quantized_constant("w", kI8, {2, 3}, {1, 2, 3, 4, 5, 6}, {0.5f, 2}, {0, 0}, 0);
  b.node("Transpose", {"w"}, {"t"}).ints("perm", {1, 0}).node("MatMul", {"t", "dx"}, {"y"}).output("y", kF32, {3, 2});
  RawGraph graph(b.load(), "net.onnx");
  const auto w = graph.dequantized_constant(id(graph, "t"));
  REQUIRE(w);
  CHECK(w->axis == 1);
  CHECK(w->scale == std::vector<float>{0.5f, 2});
  CHECK(graph.tensor(w->tensor).shape == Shape{3, 2});
  CHECK(graph.integers(w->tensor) == std::vector<std::int32_t>{1, 4, 2, 5, 3, 6});
  CHECK(graph.dequantized_constant(id(graph, "t"))->tensor == w->tensor);
  CHECK_FALSE(graph.dequantized_constant(id(graph, "dx")));
}

TEST_CASE("a new tensor gets a name of its own") {
  ModelBuilder b = quantized();
  b.node("Relu", {"dx"}, {"y"}).output("y", kF32, {2, 2});
  RawGraph graph(b.load(), "net.onnx");
  const TensorId first = graph.add_tensor("new", kI8, {1}), second = graph.add_constant("new", kI8, {1}, {7});
  CHECK(graph.tensor(first).name == "new");
  CHECK(graph.tensor(second).name != "new");
  CHECK(graph.is_constant(second));
  CHECK_FALSE(graph.is_constant(first));
  CHECK_FALSE(graph.is_constant(kNoTensor));
}
