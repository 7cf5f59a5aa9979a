// SPDX-License-Identifier: Apache-2.0
//
// Conv between DequantizeLinear and QuantizeLinear, QLinearConv and ConvInteger.
#include <limits>

#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/normalize/qdq_networks.hpp"
#include "sim/normalize/qlinear_networks.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("a QDQ convolution with everything that it can have becomes one Conv") {
  ModelBuilder builder = start(kU8, {2, 4, 9, 7}, {0.05f, 120});
  builder.quantized_constant("w", kI8, {6, 2, 3, 2}, weights(72, -128, 127),
                             {0.01f, 0.02f, 0.015f, 0.01f, 0.03f, 0.005f}, {0, 0, 0, 0, 0, 0});
  std::vector<float> bias_scale;
  for (float w : {0.01f, 0.02f, 0.015f, 0.01f, 0.03f, 0.005f}) bias_scale.push_back(0.05f * w);
  builder.quantized_constant("b", ElementType::kInt32, {6}, {100, -2000, 3000, 0, 77, -5}, bias_scale,
                             {0, 0, 0, 0, 0, 0});
  builder.node("Conv", {"dx", "w", "b"}, {"conv"})
      .ints("strides", {2, 1})
      .ints("pads", {1, 0, 2, 1})
      .ints("dilations", {1, 2})
      .integer("group", 2);
  finish(builder, "conv", kI8, {2, 6, 5, 6}, {0.3f, -3});
  const Network network = read_and_compare(builder, Agreement::kOneStep);

  REQUIRE(network.nodes.size() == 1);
  CHECK(network.nodes[0].name == "conv");
  CHECK(network.nodes[0].operator_name == "Conv");
  CHECK(network.nodes[0].macs == 2u * 6 * 5 * 6 * 2 * 3 * 2);
  const Conv& conv = only<Conv>(network);
  CHECK(network.tensors[conv.input].name == "x");
  CHECK(network.tensors[conv.output].name == "y");
  CHECK(conv.stride == std::array<std::int64_t, 2>{2, 1});
  CHECK(conv.dilation == std::array<std::int64_t, 2>{1, 2});
  CHECK(conv.pad == std::array<std::int64_t, 4>{1, 0, 2, 1});
  CHECK(conv.group == 2);
  CHECK(conv.bias == std::vector<std::int32_t>{100, -2000, 3000, 0, 77, -5});
  CHECK(conv.input_zero_point == 120);
  CHECK(conv.weight_zero_point == std::vector<std::int32_t>{0});
  CHECK(conv.output_zero_point == -3);
  CHECK(conv.clamp.low == -128);
  CHECK(conv.clamp.high == 127);
  REQUIRE(conv.scale.size() == 6);
  const float product = 0.05f * 0.02f;
  CHECK(conv.scale[1] == product / 0.3f);
}

TEST_CASE("scales combine in float32, product first and then the quotient") {
  // Chosen so that xs * (ws / ys) is another number.
  const float xs = 0.1f, ws = 0.3f, ys = 0.7f;
  const float product = xs * ws, quotient = ws / ys;
  REQUIRE(product / ys != xs * quotient);
  ModelBuilder builder = start(kI8, {1, 1, 1, 1}, {xs, 0});
  builder.quantized_constant("w", kI8, {1, 1, 1, 1}, {5}, {ws}, {0}).node("Conv", {"dx", "w"}, {"conv"});
  finish(builder, "conv", kI8, {1, 1, 1, 1}, {ys, 0});
  CHECK(only<Conv>(builder.read()).scale == std::vector<float>{product / ys});
}

TEST_CASE("uint8 weights keep their zero points, per channel only where they differ") {
  for (int second_zero : {130, 90}) {
    ModelBuilder builder = start(kI8, {1, 3, 4, 4}, {0.05f, -7});
    builder.quantized_constant("w", kU8, {2, 3, 1, 1}, weights(6, 0, 255), {0.01f, 0.02f}, {130, second_zero});
    builder.node("Conv", {"dx", "w"}, {"conv"});
    finish(builder, "conv", kI8, {1, 2, 4, 4}, {0.2113f, 5});
    const Conv conv = only<Conv>(read_and_compare(builder, Agreement::kOneStep));
    CHECK(conv.weight_zero_point ==
          (second_zero == 130 ? std::vector<std::int32_t>{130} : std::vector<std::int32_t>{130, 90}));
  }
}

TEST_CASE("a one-dimensional convolution becomes a Conv of height 1") {
  ModelBuilder builder = start(kU8, {2, 3, 11}, {0.05f, 3});
  builder.quantized_constant("w", kI8, {4, 3, 3}, weights(36, -128, 127), {0.01f}, {0});
  builder.node("Conv", {"dx", "w"}, {"conv"}).ints("strides", {2}).ints("pads", {2, 1}).ints("dilations", {2});
  finish(builder, "conv", kU8, {2, 4, 5}, {0.2f, 100});
  const Conv conv = only<Conv>(read_and_compare(builder, Agreement::kOneStep));
  CHECK(conv.stride == std::array<std::int64_t, 2>{1, 2});
  CHECK(conv.dilation == std::array<std::int64_t, 2>{1, 2});
  CHECK(conv.pad == std::array<std::int64_t, 4>{0, 2, 0, 1});
}

TEST_CASE("Relu and Clip between a convolution and its quantization become the clamp") {
  const auto clamp_of = [](const std::string& op, std::vector<float> limits, Quantization qy, ElementType type) {
    ModelBuilder builder = start(kI8, {1, 2, 3, 3}, {0.1f, 4});
    builder.quantized_constant("w", kI8, {3, 2, 1, 1}, weights(6, -128, 127), {0.1f}, {0})
        .node("Conv", {"dx", "w"}, {"conv"});
    std::vector<std::string> inputs = {"conv"};
    for (std::size_t i = 0; i < limits.size(); ++i) {
      builder.floats("limit" + std::to_string(i), {}, {limits[i]});
      inputs.push_back("limit" + std::to_string(i));
    }
    builder.node(op, inputs, {"activation"});
    finish(builder, "activation", type, {1, 3, 3, 3}, qy);
    const Network network = read_and_compare(builder, Agreement::kOneStep);
    CHECK(network.nodes.at(0).operator_name == "Conv+" + op);
    return only<Conv>(network).clamp;
  };
  SECTION("Relu clamps at the zero point") {
    const Clamp clamp = clamp_of("Relu", {}, {0.5f, -20}, kI8);
    CHECK(clamp.low == -20);
    CHECK(clamp.high == 127);
  }
  SECTION("Relu with a zero point of the type's minimum changes nothing") {
    const Clamp clamp = clamp_of("Relu", {}, {0.5f, 0}, kU8);
    CHECK(clamp.low == 0);
    CHECK(clamp.high == 255);
  }
  SECTION("limits are quantized like values: half to even, then the zero point") {
    const Clamp clamp = clamp_of("Clip", {-1.25f, 6.25f}, {0.5f, 10}, kU8);
    CHECK(clamp.low == 8);    // -2.5 -> -2
    CHECK(clamp.high == 22);  // 12.5 -> 12
  }
  SECTION("limits beyond the type saturate") {
    const Clamp clamp = clamp_of("Clip", {-1e30f, std::numeric_limits<float>::infinity()}, {0.5f, 10}, kU8);
    CHECK(clamp.low == 0);
    CHECK(clamp.high == 255);
  }
  SECTION("a lower limit above the upper one gives the upper one") {
    const Clamp clamp = clamp_of("Clip", {5.0f, 1.0f}, {0.5f, 10}, kU8);
    CHECK(clamp.low == 12);
    CHECK(clamp.high == 12);
  }
}

TEST_CASE("a float bias is rounded to int32 at the scale of input times weights, half to even") {
  ModelBuilder builder = start(kI8, {1, 1, 2, 2}, {0.5f, 0});
  builder.quantized_constant("w", kI8, {4, 1, 1, 1}, {1, 2, 3, 4}, {0.25f}, {0});
  builder.floats("b", {4}, {0.125f, 0.1875f, -0.3125f, 1000.0f}).node("Conv", {"dx", "w", "b"}, {"conv"});
  finish(builder, "conv", kI8, {1, 4, 2, 2}, {16.0f, 0});
  CHECK(only<Conv>(read_and_compare(builder, Agreement::kOneStep)).bias == std::vector<std::int32_t>{1, 2, -2, 8000});
}

TEST_CASE("an int32 bias at another scale is brought to the scale of input times weights") {
  ModelBuilder builder = start(kI8, {1, 1, 2, 2}, {0.5f, 0});
  builder.quantized_constant("w", kI8, {2, 1, 1, 1}, {1, 2}, {0.25f}, {0});
  builder.quantized_constant("b", ElementType::kInt32, {2}, {40, -30}, {0.25f}, {0})
      .node("Conv", {"dx", "w", "b"}, {"conv"});
  finish(builder, "conv", kI8, {1, 2, 2, 2}, {1.0f, 0});
  CHECK(only<Conv>(read_and_compare(builder, Agreement::kOneStep)).bias == std::vector<std::int32_t>{80, -60});
}

TEST_CASE("QLinearConv becomes a Conv with the bits of its formula") {
  ModelBuilder builder;
  builder.input("x", kU8, {1, 2, 2, 3});
  parameters(builder, "x", kU8, {0.05f}, {7});
  parameters(builder, "w", kI8, {0.01f, 0.02f}, {0, 3});
  parameters(builder, "y", kU8, {0.011f}, {100});
  builder.bytes("w", kI8, {2, 2, 1, 1}, {-128, 127, 5, -9}).int32s("b", {2}, {50, -60});
  builder.node("QLinearConv", {"x", "x_s", "x_z", "w", "w_s", "w_z", "y_s", "y_z", "b"}, {"y"})
      .output("y", kU8, {1, 2, 2, 3});
  const Network network = builder.read();
  const Conv& conv = only<Conv>(network);
  CHECK(conv.weight_zero_point == std::vector<std::int32_t>{0, 3});
  CHECK(conv.bias == std::vector<std::int32_t>{50, -60});
  CHECK(conv.input_zero_point == 7);
  CHECK(network.nodes[0].macs == 24);

  const std::vector<int> x = {0, 7, 255, 100, 3, 9, 1, 2, 3, 200, 201, 255};
  const auto y = integers_of(run_network(network, {byte_tensor(kU8, {1, 2, 2, 3}, x)})[0]);
  for (int i = 0; i < 6; ++i) {
    const auto at = static_cast<std::size_t>(i);
    CHECK(y[at] == requantized(-128L * (x[at] - 7) + 127L * (x[at + 6] - 7) + 50, 0.05f, 0.01f, 0.011f, 100, 0, 255));
    CHECK(y[at + 6] == requantized(2L * (x[at] - 7) - 12L * (x[at + 6] - 7) - 60, 0.05f, 0.02f, 0.011f, 100, 0, 255));
  }
}

TEST_CASE("QLinearConv with weights from the run gives the same bits on the host") {
  const auto build = [](bool constant) {
    ModelBuilder builder;
    builder.input("x", kI8, {1, 4, 5, 5});
    std::mt19937 random(3);
    const auto values = uniform_list(random, 4 * 2 * 3 * 3, -128, 127);
    parameters(builder, "x", kI8, {0.05f}, {-7});
    parameters(builder, "w", kI8, {0.01f}, {2});
    parameters(builder, "y", kI8, {0.4f}, {-1});
    if (constant) {
      builder.bytes("w", kI8, {4, 2, 3, 3}, values);
    } else {
      builder.input("w", kI8, {4, 2, 3, 3});
    }
    builder.node("QLinearConv", {"x", "x_s", "x_z", "w", "w_s", "w_z", "y_s", "y_z"}, {"y"})
        .integer("group", 2)
        .ints("pads", {1, 1, 1, 1});
    builder.output("y", kI8, {1, 4, 5, 5});
    return std::make_pair(builder.read(), byte_tensor(kI8, {4, 2, 3, 3}, values));
  };
  const auto [chip, weights] = build(true);
  const auto [host, same_weights] = build(false);
  only<Conv>(chip);
  only<HostOperator>(host);
  CHECK(host.nodes[0].macs == chip.nodes[0].macs);
  std::mt19937 random(4);
  const HostTensor x = random_bytes(random, kI8, {1, 4, 5, 5});
  CHECK(run_network(chip, {x})[0].data == run_network(host, {x, weights})[0].data);
}

TEST_CASE("ConvInteger becomes a Conv with raw sums") {
  ModelBuilder builder;
  builder.input("x", kU8, {1, 1, 3, 3}).bytes("w", kU8, {2, 1, 2, 2}, {1, 1, 1, 1, 2, 0, 0, 255});
  const bool zero_points = GENERATE(true, false);
  if (zero_points) {
    builder.bytes("xz", kU8, {}, {1}).bytes("wz", kU8, {2}, {0, 1}).node("ConvInteger", {"x", "w", "xz", "wz"}, {"y"});
  } else {
    builder.node("ConvInteger", {"x", "w"}, {"y"});
  }
  builder.output("y", kI32, {1, 2, 2, 2});
  const Network network = builder.read();
  const Conv& conv = only<Conv>(network);
  CHECK(conv.scale.empty());
  CHECK(conv.weight_zero_point == (zero_points ? std::vector<std::int32_t>{0, 1} : std::vector<std::int32_t>{0}));
  const auto y = integers_of(run_network(network, {byte_tensor(kU8, {1, 1, 3, 3}, {2, 3, 4, 5, 6, 7, 8, 9, 10})})[0]);
  if (zero_points) {
    CHECK(y == std::vector<int>{12, 16, 24, 28, 1 * 1 - 2 - 4 + 254 * 5, 2 - 3 - 5 + 254 * 6, 4 - 5 - 7 + 254 * 8,
                                5 - 6 - 8 + 254 * 9});
  } else {
    CHECK(y == std::vector<int>{16, 20, 28, 32, 4 + 255 * 6, 6 + 255 * 7, 10 + 255 * 9, 12 + 255 * 10});
  }
}
