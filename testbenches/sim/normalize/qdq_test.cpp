// SPDX-License-Identifier: Apache-2.0
//
// Tables of element-wise chains, and what stays in float.
#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/normalize/qdq_networks.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("element-wise chains become one Lookup") {
  ModelBuilder builder = start(kI8, {2, 70}, {0.03f, -5});
  std::string operators;
  SECTION("requantization") {
    finish(builder, "dx", kU8, {2, 70}, {0.05f, 77});
    operators = "QuantizeLinear";
  }
  SECTION("Relu") {
    builder.node("Relu", {"dx"}, {"a"});
    finish(builder, "a", kI8, {2, 70}, {0.02f, -100});
    operators = "Relu";
  }
  SECTION("Relu in one quantization") {
    builder.node("Relu", {"dx"}, {"a"});
    finish(builder, "a", kI8, {2, 70}, {0.03f, -5});
    operators = "Relu";
  }
  SECTION("Sigmoid") {
    builder.node("Sigmoid", {"dx"}, {"a"});
    finish(builder, "a", kU8, {2, 70}, {1.0f / 256, 0});
    operators = "Sigmoid";
  }
  SECTION("a hand-made hard swish: x * clip(x + 3, 0, 6) is not a chain, but its parts are") {
    builder.floats("three", {}, {3}).floats("zero", {}, {0}).floats("six", {1}, {6});
    builder.node("Add", {"three", "dx"}, {"a"})
        .node("Clip", {"a", "zero", "six"}, {"b"})
        .node("Div", {"b", "six"}, {"c"});
    finish(builder, "c", kU8, {2, 70}, {1.0f / 255, 0});
    operators = "Add+Clip+Div";
  }
  const Network network = read_and_compare(builder, Agreement::kExact);
  REQUIRE(network.nodes.size() == 1);
  CHECK(network.nodes[0].operator_name == operators);
  CHECK(only<Lookup>(network).table.size() == 256);
}

TEST_CASE("what has no integer form stays in float32 on the host") {
  SECTION("a convolution whose float result is read twice") {
    ModelBuilder builder = start(kI8, {1, 2, 3, 3}, {0.1f, 4});
    builder.quantized_constant("w", kI8, {3, 2, 1, 1}, weights(6, -128, 127), {0.1f}, {0})
        .node("Conv", {"dx", "w"}, {"conv"});
    builder.output("conv", kF32, {1, 3, 3, 3});
    builder.quantize("conv", "y", {0.5f, 10}, kI8).output("y", kI8, {1, 3, 3, 3});
    const Network network = builder.read();
    CHECK(network.nodes.size() == 4);
    CHECK(network.nodes[2].operator_name == "Conv");
    CHECK(network.nodes[2].macs == 54);
  }
  SECTION("a product of stacks that are broadcast both ways") {
    ModelBuilder builder = start(kI8, {2, 1, 3, 4}, {0.1f, 4});
    builder.input("b", kI8, {1, 2, 4, 5})
        .dequantize("b", "db", {0.2f, 0}, kI8)
        .node("MatMul", {"dx", "db"}, {"product"});
    finish(builder, "product", kI8, {2, 2, 3, 5}, {0.5f, 0});
    const Network network = read_and_compare(builder, Agreement::kExact);
    CHECK(network.nodes.size() == 4);
  }
  SECTION("weights with a scale per row of the contraction") {
    ModelBuilder builder = start(kI8, {2, 3}, {0.1f, 4});
    builder.quantized_constant("w", kI8, {3, 2}, weights(6, -128, 127), {0.1f, 0.2f, 0.3f}, {0, 0, 0}, 0);
    builder.node("MatMul", {"dx", "w"}, {"product"});
    finish(builder, "product", kI8, {2, 2}, {0.5f, 0});
    CHECK(read_and_compare(builder, Agreement::kExact).nodes.size() == 4);
  }
}

TEST_CASE("quantization of the input and dequantization of the output are host nodes") {
  ModelBuilder builder;
  builder.input("image", kF32, {1, 2, 3, 3})
      .quantize("image", "x", {0.1f, 4}, kI8)
      .dequantize("x", "dx", {0.1f, 4}, kI8);
  builder.quantized_constant("w", kI8, {3, 2, 1, 1}, weights(6, -128, 127), {0.1f}, {0})
      .node("Conv", {"dx", "w"}, {"conv"});
  builder.quantize("conv", "q", {0.5f, 10}, kI8).dequantize("q", "y", {0.5f, 10}, kI8).output("y", kF32, {1, 3, 3, 3});
  const Network network = builder.read();
  REQUIRE(network.nodes.size() == 3);
  CHECK(network.nodes[0].operator_name == "QuantizeLinear");
  CHECK(std::holds_alternative<Conv>(network.nodes[1].operation));
  CHECK(network.nodes[2].operator_name == "DequantizeLinear");
  for (const Tensor& tensor : network.tensors) CHECK(tensor.is_constant == !tensor.data.empty());
}
