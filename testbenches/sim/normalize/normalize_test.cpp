// SPDX-License-Identifier: Apache-2.0
//
// The whole of normalization on small graphs; each operator's translation has a test of its own.
#include "normalize/normalize.hpp"

#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("a network keeps its name, its inputs and its outputs") {
  ModelBuilder b;
  b.input("x", kI8, {1, 2, 2, 2}).input("z", kF32, {2}).node("Relu", {"z"}, {"r"});
  b.node("Flatten", {"x"}, {"f"}).output("r", kF32, {2}).output("f", kI8, {1, 8});
  const Network network = normalize(b.load(), "net.onnx");
  const auto names = [&](const std::vector<TensorId>& ids) {
    std::vector<std::string> list;
    for (TensorId id : ids) list.push_back(network.tensors.at(id).name);
    return list;
  };
  CHECK(network.name == "built");
  CHECK(names(network.inputs) == std::vector<std::string>{"x", "z"});
  CHECK(names(network.outputs) == std::vector<std::string>{"r", "f"});
}

TEST_CASE("what is not translated is a host operator with its attributes and its work") {
  ModelBuilder b;
  b.input("x", kF32, {2, 3}).floats("w", {4, 3}, std::vector<float>(12, 1));
  b.node("Gemm", {"x", "w"}, {"y"}).integer("transB", 1).output("y", kF32, {2, 4});
  const Network network = normalize(b.load(), "net.onnx");
  REQUIRE(network.nodes.size() == 1);
  CHECK(network.nodes[0].operator_name == "Gemm");
  CHECK(network.nodes[0].macs == 2 * 4 * 3);
  CHECK(only<HostOperator>(network).flag("transB"));
}

TEST_CASE("nodes and tensors that a translation leaves unread disappear") {
  ModelBuilder b;
  b.input("x", kI8, {2, 4}).dequantize("x", "dx", {0.5f, 0}, kI8).node("Sigmoid", {"dx"}, {"s"});
  b.quantize("s", "y", {0.25f, 0}, kI8).output("y", kI8, {2, 4});
  const Network network = normalize(b.load(), "net.onnx");
  CHECK(network.nodes.size() == 1);
  CHECK(only<Lookup>(network).table.size() == 256);
  CHECK(network.tensors.size() == 2);
}

TEST_CASE("an error names the file and the node") {
  ModelBuilder b;
  const Quantization large{1e30f, 0}, small{1e-30f, 0};
  b.input("x", kI8, {1, 1, 2, 2}).dequantize("x", "dx", large, kI8);
  b.quantized_constant("w", kI8, {1, 1, 1, 1}, {1}, {1e30f}, {0}).node("Conv", {"dx", "w"}, {"c"});
  b.quantize("c", "y", small, kI8).output("y", kI8, {1, 1, 2, 2});
  CHECK_THROWS_WITH(normalize(b.load(), "net.onnx"), Contains("net.onnx: node 'c' (Conv)"));
}
