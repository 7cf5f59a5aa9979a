// SPDX-License-Identifier: Apache-2.0
//
// Tables of all values of a byte.
#include "normalize/value_table.hpp"

#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("all bytes are there in the order of their bits") {
  const std::vector<int> values = integers_of(all_bytes(ElementType::kInt8));
  CHECK(values.size() == 256);
  CHECK(values[1] == 1);
  CHECK(values[128] == -128);
  CHECK(values[255] == -1);
  CHECK(integers_of(all_bytes(ElementType::kUint8))[255] == 255);
}

TEST_CASE("a node runs on all values at once, its other operand a single constant in either place") {
  ModelBuilder b;
  b.input("x", kF32, {2, 2}).floats("three", {1, 1}, {3});
  b.node("Sub", {"x", "three"}, {"first"}).node("Sub", {"three", "x"}, {"second"});
  const RawGraph graph(b.output("first", kF32, {2, 2}).output("second", kF32, {2, 2}).load(), "net.onnx");
  std::vector<float> values(256);
  for (int i = 0; i < 256; ++i) values[static_cast<std::size_t>(i)] = static_cast<float>(i);
  const HostTensor x = float_tensor({256}, values);
  CHECK(floats_of(run_on_values(graph, graph.graph().nodes[0], 0, x))[10] == 7);
  CHECK(floats_of(run_on_values(graph, graph.graph().nodes[1], 1, x))[10] == -7);
}

TEST_CASE("another operand that is no single constant is an error of ours") {
  ModelBuilder b;
  b.input("x", kF32, {2, 2}).floats("row", {2}, {3, 4}).node("Sub", {"x", "row"}, {"y"}).output("y", kF32, {2, 2});
  const RawGraph graph(b.load(), "net.onnx");
  const HostTensor x = float_tensor({256}, std::vector<float>(256));
  CHECK_THROWS_AS(run_on_values(graph, graph.graph().nodes[0], 0, x), InternalError);
}
