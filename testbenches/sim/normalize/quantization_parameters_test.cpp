// SPDX-License-Identifier: Apache-2.0
//
// Scales, biases and clamps.
#include "normalize/quantization_parameters.hpp"

#include "catch.hpp"
#include "host/quantized_arithmetic.hpp"
#include "sim/network/element_types.hpp"
#include "sim/onnx/model_builder.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("units are products, scales are their quotients, one value where all are equal") {
  const ProductScales different = product_scales(0.1f, {0.3f, 0.7f}, 0.9f, "what"),
                      equal = product_scales(2, {3, 3}, 4, "what");
  const float product = 0.1f * 0.7f;
  CHECK(different.units[1] == product);
  CHECK(different.combined == std::vector<float>{product_scale(0.1f, 0.3f, 0.9f), product / 0.9f});
  CHECK(equal.units == std::vector<float>{6, 6});
  CHECK(equal.combined == std::vector<float>{1.5f});
}

TEST_CASE("a scale that overflows is refused") {
  CHECK_THROWS_WITH(product_scales(1e30f, {1e30f}, 1, "what"), Contains("what: ") && Contains("beyond float32"));
  CHECK(checked_scales({0.5f, 0.5f}, "what") == std::vector<float>{0.5f});
  CHECK(collapse_equal({3, 3, 3}) == std::vector<std::int32_t>{3});
  CHECK(collapse_equal({3, 4}) == std::vector<std::int32_t>{3, 4});
  CHECK(collapse_equal({}).empty());
}

TEST_CASE("a float bias is counted in the unit of its channel, one value stands for all") {
  ModelBuilder b;
  b.input("x", kF32, {1}).floats("list", {2}, {1, -3}).floats("one", {1}, {5}).node("Add", {"x", "one"}, {"y"});
  RawGraph graph(b.output("y", kF32, {1}).load(), "net.onnx");
  const auto id = [&](const std::string& name) {
    TensorId found = 0;
    while (graph.tensor(found).name != name) ++found;
    return found;
  };
  const OnnxNode node = graph.graph().nodes.at(0);
  CHECK(bias_values(graph, node, id("list"), {0.5f, 2}, 2) == std::vector<std::int32_t>{2, -2});
  CHECK(bias_values(graph, node, id("one"), {0.5f}, 3) == std::vector<std::int32_t>{10, 10, 10});
  CHECK_FALSE(bias_values(graph, node, id("x"), {1}, 1));
  CHECK_THROWS_WITH(bias_values(graph, node, id("one"), {1e-12f}, 1), Contains("'one' does not fit in int32"));
}

TEST_CASE("a table that only limits is a clamp") {
  std::vector<std::uint8_t> table(256);
  for (int x = -128; x < 128; ++x)
    table[static_cast<std::uint8_t>(x)] = static_cast<std::uint8_t>(std::clamp(x, -5, 100));
  const auto clamp = as_clamp(table, ElementType::kInt8);
  REQUIRE(clamp);
  CHECK(clamp->low == -5);
  CHECK(clamp->high == 100);
  CHECK_FALSE(as_clamp(table, ElementType::kUint8));
  table[7] = 8;
  CHECK_FALSE(as_clamp(table, ElementType::kInt8));
}
