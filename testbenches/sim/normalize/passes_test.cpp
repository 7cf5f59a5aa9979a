// SPDX-License-Identifier: Apache-2.0
//
// What normalization does before and behind the translation of operators.
#include "normalize/passes.hpp"

#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/normalize/qdq_networks.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("a Relu of its own in one quantization joins the operator before it") {
  ModelBuilder builder = start(kI8, {1, 2, 3, 3}, {0.1f, 4});
  builder.quantized_constant("w", kI8, {3, 2, 1, 1}, weights(6, -128, 127), {0.1f}, {0})
      .node("Conv", {"dx", "w"}, {"conv"});
  builder.quantize("conv", "q", {0.5f, 10}, kI8).dequantize("q", "dq", {0.5f, 10}, kI8).node("Relu", {"dq"}, {"relu"});
  const bool read_twice = GENERATE(false, true);
  if (read_twice) builder.output("q", kI8, {1, 3, 3, 3});
  finish(builder, "relu", kI8, {1, 3, 3, 3}, {0.5f, 10});
  const Network network = read_and_compare(builder, Agreement::kOneStep);
  CHECK(network.nodes.size() == (read_twice ? 2 : 1));
  CHECK(only<Conv>(network).clamp.low == (read_twice ? -128 : 10));
}

TEST_CASE("equal quantizations of one tensor are one, so that a convolution read twice stays quantized") {
  ModelBuilder builder = start(kI8, {1, 2, 3, 3}, {0.1f, 4});
  builder.quantized_constant("w", kI8, {3, 2, 1, 1}, weights(6, -128, 127), {0.1f}, {0})
      .node("Conv", {"dx", "w"}, {"conv"});
  builder.quantize("conv", "q1", {0.5113f, 10}, kI8).dequantize("q1", "d1", {0.5113f, 10}, kI8);
  builder.quantize("conv", "q2", {0.5113f, 10}, kI8)
      .dequantize("q2", "d2", {0.5113f, 10}, kI8)
      .node("Sigmoid", {"d2"}, {"s"});
  builder.quantize("s", "s1", {0.01f, 0}, kI8)
      .dequantize("s1", "ds", {0.01f, 0}, kI8)
      .node("Add", {"d1", "ds"}, {"sum"});
  finish(builder, "sum", kI8, {1, 3, 3, 3}, {0.5219f, 1});
  const Network network = builder.read();
  REQUIRE(network.nodes.size() == 3);
  CHECK(only<Conv>(network).output == only<Add>(network).a);
}

TEST_CASE("nodes that no output depends on are dropped") {
  OnnxGraph graph;
  graph.tensors.resize(4);
  graph.outputs = {2};
  std::vector<Node> nodes = {
      {"a", "Reshape", 0, Reshape{0, 1}}, {"dead", "Reshape", 0, Reshape{1, 3}}, {"b", "Reshape", 0, Reshape{1, 2}}};
  nodes = needed_nodes(graph, std::move(nodes));
  REQUIRE(nodes.size() == 2);
  CHECK(nodes[0].name == "a");
  CHECK(nodes[1].name == "b");
}

TEST_CASE("tensors that nobody uses are dropped, the others keep their order") {
  Network network;
  for (const char* name : {"unused", "y", "x", "w"}) network.tensors.push_back({name, kI8, {1}, {}, false});
  network.inputs = {2};
  network.outputs = {1};
  Gemm gemm;
  gemm.input = 2;
  gemm.weight = 3;
  gemm.output = 1;
  network.nodes = {{"product", "Gemm", 0, gemm}};
  compact_tensors(network);
  REQUIRE(network.tensors.size() == 3);
  CHECK(network.tensors[0].name == "y");
  const auto& moved = std::get<Gemm>(network.nodes[0].operation);
  CHECK(std::vector<TensorId>{moved.input, moved.weight, moved.output} == std::vector<TensorId>{1, 2, 0});
  CHECK(network.inputs == std::vector<TensorId>{1});
  CHECK(network.outputs == std::vector<TensorId>{0});
}

TEST_CASE("an absent zero point is one zero, another absent input is refused") {
  OnnxGraph onnx;
  onnx.tensors = {{"x", kI8, {1}, {}, false}, {"y", ElementType::kInt32, {1}, {}, false}};
  RawGraph graph(onnx, "net.onnx");
  HostOperator op;
  op.inputs = {0, 0, kNoTensor, 0};
  op.outputs = {1};
  std::vector<Node> nodes = {{"n", "MatMulInteger", 0, op}, {"m", "MatMulInteger", 0, op}};
  fill_absent_inputs(graph, nodes);
  const auto zero = [&](std::size_t n) { return std::get<HostOperator>(nodes[n].operation).inputs[2]; };
  CHECK(zero(0) == zero(1));
  CHECK(graph.tensor(zero(0)).is_constant);
  CHECK(graph.tensor(zero(0)).data == std::vector<std::uint8_t>{0});
  nodes = {{"n", "Resize", 0, op}};
  CHECK_THROWS_WITH(fill_absent_inputs(graph, nodes), Contains("node 'n' (Resize)") && Contains("absent input"));
}
