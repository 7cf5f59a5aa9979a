// SPDX-License-Identifier: Apache-2.0
//
// QLinear and Integer operators. Results are compared with sums written out in the test.
#include <cmath>

#include "catch.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"

using namespace systole;
using namespace systole::test;

namespace {

constexpr ElementType kI8 = ElementType::kInt8, kU8 = ElementType::kUint8, kI32 = ElementType::kInt32;
constexpr const char* kMicrosoft = "com.microsoft";

// Scale and zero point initializers NAME_s and NAME_z.
ModelBuilder& parameters(ModelBuilder& builder, const std::string& name, ElementType type,
                         const std::vector<float>& scale, const std::vector<int>& zero_point) {
  const auto list = [](std::size_t count) { return count == 1 ? Shape{} : Shape{static_cast<std::int64_t>(count)}; };
  builder.floats(name + "_s", list(scale.size()), scale);
  return builder.bytes(name + "_z", type, list(zero_point.size()), zero_point);
}

int requantized(long sum, float xs, float ws, float ys, int zero_point, int low, int high) {
  const float product = xs * ws;
  const float scale = product / ys;
  const float scaled = static_cast<float>(sum) * scale;
  return static_cast<int>(std::fmin(std::fmax(std::nearbyint(scaled) + zero_point, low), high));
}

}  // namespace

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

TEST_CASE("QLinearMatMul and MatMulInteger become a Gemm") {
  ModelBuilder builder;
  builder.input("x", kU8, {2, 2}).bytes("w", kI8, {2, 3}, {1, -2, 3, 4, 5, -6});
  SECTION("QLinearMatMul") {
    parameters(builder, "x", kU8, {0.5f}, {10});
    parameters(builder, "w", kI8, {0.25f, 0.5f, 1}, {0, 1, 2});
    parameters(builder, "y", kI8, {2}, {-3});
    builder.node("QLinearMatMul", {"x", "x_s", "x_z", "w", "w_s", "w_z", "y_s", "y_z"}, {"y"}).output("y", kI8, {2, 3});
    const Network network = builder.read();
    CHECK(only<Gemm>(network).weight_zero_point == std::vector<std::int32_t>{0, 1, 2});
    CHECK(network.nodes[0].macs == 12);
    const auto y = integers_of(run_network(network, {byte_tensor(kU8, {2, 2}, {11, 14, 0, 255})})[0]);
    CHECK(y[0] == requantized(1 + 16, 0.5f, 0.25f, 2, -3, -128, 127));
    CHECK(y[1] == requantized(-3 + 16, 0.5f, 0.5f, 2, -3, -128, 127));
    CHECK(y[2] == requantized(1 - 32, 0.5f, 1, 2, -3, -128, 127));
    CHECK(y[5] == -128);
  }
  SECTION("MatMulInteger without an input zero point, with one for the weights") {
    builder.bytes("wz", kI8, {}, {1}).node("MatMulInteger", {"x", "w", "", "wz"}, {"y"}).output("y", kI32, {2, 3});
    const Network network = builder.read();
    CHECK(only<Gemm>(network).scale.empty());
    CHECK(integers_of(run_network(network, {byte_tensor(kU8, {2, 2}, {1, 2, 0, 255})})[0]) ==
          std::vector<int>{6, 5, -12, 765, 1020, -1785});
  }
}

TEST_CASE("QLinearMatMul and MatMulInteger of two activations become a MatMul") {
  ModelBuilder builder;
  builder.input("a", kU8, {2, 1, 2}).input("b", kI8, {2, 2, 1});
  const std::vector<HostTensor> inputs = {byte_tensor(kU8, {2, 1, 2}, {1, 2, 3, 255}),
                                          byte_tensor(kI8, {2, 2, 1}, {4, 5, -6, -128})};
  SECTION("QLinearMatMul") {
    parameters(builder, "a", kU8, {0.5f}, {10});
    parameters(builder, "b", kI8, {0.25f}, {-3});
    parameters(builder, "y", kI8, {4}, {7});
    builder.node("QLinearMatMul", {"a", "a_s", "a_z", "b", "b_s", "b_z", "y_s", "y_z"}, {"y"})
        .output("y", kI8, {2, 1, 1});
    const Network network = builder.read();
    CHECK(only<MatMul>(network).b_zero_point == -3);
    const auto y = integers_of(run_network(network, inputs)[0]);
    CHECK(y[0] == requantized(-9 * 7 - 8 * 8, 0.5f, 0.25f, 4, 7, -128, 127));
    CHECK(y[1] == requantized(-7 * -3 + 245 * -125, 0.5f, 0.25f, 4, 7, -128, 127));
  }
  SECTION("MatMulInteger") {
    builder.bytes("bz", kI8, {1}, {1}).node("MatMulInteger", {"a", "b", "", "bz"}, {"y"}).output("y", kI32, {2, 1, 1});
    const Network network = builder.read();
    CHECK(only<MatMul>(network).scale.empty());
    CHECK(network.nodes[0].macs == 4);
    CHECK(integers_of(run_network(network, inputs)[0]) == std::vector<int>{11, -21 - 255 * 129});
  }
}

TEST_CASE("MatMulInteger with a run-time zero point runs on the host, absent zero points included") {
  ModelBuilder builder;
  builder.input("a", kU8, {2, 1, 2}).input("b", kI8, {2, 2, 1}).input("bz", kI8, {1});
  builder.node("MatMulInteger", {"a", "b", "", "bz"}, {"y"}).output("y", kI32, {2, 1, 1});
  const Network network = builder.read();
  CHECK(network.nodes[0].macs == 4);
  const auto y = run_network(network, {byte_tensor(kU8, {2, 1, 2}, {1, 2, 3, 255}),
                                       byte_tensor(kI8, {2, 2, 1}, {4, 5, -6, -128}), byte_tensor(kI8, {1}, {1})});
  CHECK(integers_of(y[0]) == std::vector<int>{11, -21 - 255 * 129});
}

TEST_CASE("QLinearAdd becomes an Add with the bits of its formula") {
  ModelBuilder builder;
  builder.input("a", kI8, {1, 64}).input("b", kI8, {1, 64});
  parameters(builder, "a", kI8, {0.05f}, {3});
  parameters(builder, "b", kI8, {0.07f}, {-11});
  parameters(builder, "y", kI8, {0.06f}, {5});
  builder.node("QLinearAdd", {"a", "a_s", "a_z", "b", "b_s", "b_z", "y_s", "y_z"}, {"y"}, kMicrosoft)
      .output("y", kI8, {1, 64});
  const Network network = builder.read();
  only<Add>(network);
  std::mt19937 random(5);
  const HostTensor a = random_bytes(random, kI8, {1, 64}), b = random_bytes(random, kI8, {1, 64});
  const auto y = integers_of(run_network(network, {a, b})[0]), av = integers_of(a), bv = integers_of(b);
  const float ra = 0.05f / 0.06f, rb = 0.07f / 0.06f;
  const float zero_b = rb * -11.0f;
  const float offset = 5.0f - std::fma(ra, 3.0f, zero_b);
  for (std::size_t i = 0; i < y.size(); ++i) {
    const float sum = std::fma(static_cast<float>(av[i]), ra, std::fma(static_cast<float>(bv[i]), rb, offset));
    CHECK(y[i] == static_cast<int>(std::fmin(std::fmax(std::nearbyint(sum), -128.0f), 127.0f)));
  }
}

TEST_CASE("QGemm becomes a Gemm, but a bias per row, a transposed input or a float output stay on the host") {
  ModelBuilder builder;
  const bool transposed = GENERATE(false, true);
  builder.input("a", kI8, transposed ? Shape{2, 3} : Shape{3, 2});
  parameters(builder, "a", kI8, {0.5f}, {1});
  parameters(builder, "w", kI8, {0.25f, 0.5f}, {0, 0});
  parameters(builder, "y", kI8, {1}, {0});
  builder.bytes("w", kI8, {2, 2}, {1, 2, 3, 4});  // [n][k]
  const std::string bias = GENERATE(as<std::string>{}, "", "one", "columns", "rows");
  if (bias == "one") builder.int32s(bias, {}, {8});
  if (bias == "columns") builder.int32s(bias, {2}, {8, 8});
  if (bias == "rows") builder.int32s(bias, {3, 1}, {8, 8, 8});
  const bool quantized = GENERATE(true, false);
  std::vector<std::string> inputs = {"a", "a_s", "a_z", "w", "w_s", "w_z", bias};
  if (quantized) inputs.insert(inputs.end(), {"y_s", "y_z"});
  builder.node("QGemm", inputs, {"y"}, kMicrosoft)
      .integer("transB", 1)
      .integer("transA", transposed)
      .number("alpha", 2);
  builder.output("y", quantized ? kI8 : ElementType::kFloat32, {3, 2});
  const Network network = builder.read();
  const bool chip = !transposed && bias != "rows" && quantized;
  CHECK(std::holds_alternative<Gemm>(network.nodes.at(0).operation) == chip);
  CHECK(network.nodes[0].macs == 12);

  // Rows (2, 3), (4, -5), (0, 1), minus the zero point: (1, 2), (3, -6), (-1, 0).
  const std::vector<int> rows = {2, 3, 4, -5, 0, 1}, columns = {2, 4, 0, 3, -5, 1};
  const HostTensor y =
      run_network(network, {byte_tensor(kI8, transposed ? Shape{2, 3} : Shape{3, 2}, transposed ? columns : rows)})[0];
  const int c = bias.empty() ? 0 : 8;
  const std::vector<int> sums = {5 + c, 11 + c, -9 + c, -15 + c, -1 + c, -3 + c};
  for (std::size_t i = 0; i < 6; ++i) {
    const float scale = i % 2 == 0 ? 0.25f : 0.5f;  // alpha * 0.5 is 1
    if (quantized) {
      CHECK(integers_of(y)[i] == static_cast<int>(std::nearbyint(static_cast<float>(sums[i]) * scale)));
    } else {
      CHECK(floats_of(y)[i] == static_cast<float>(sums[i]) * scale);
    }
  }
}

TEST_CASE("quantized average pools of com.microsoft become AveragePool") {
  ModelBuilder builder;
  builder.input("x", kU8, {1, 2, 2, 2});
  parameters(builder, "x", kU8, {0.5f}, {10});
  parameters(builder, "y", kU8, {0.25f}, {3});
  const bool global = GENERATE(true, false);
  if (global) {
    builder.node("QLinearGlobalAveragePool", {"x", "x_s", "x_z", "y_s", "y_z"}, {"y"}, kMicrosoft)
        .integer("channels_last", 0);
  } else {
    builder.node("QLinearAveragePool", {"x", "x_s", "x_z", "y_s", "y_z"}, {"y"}, kMicrosoft)
        .ints("kernel_shape", {2, 2});
  }
  builder.output("y", kU8, {1, 2, 1, 1});
  const Network network = builder.read();
  CHECK(only<AveragePool>(network).scale == 0.5f);
  // (1 + 2 + 3 + 255 - 40) / 2 = 110.5, to even 110, plus 3; the second saturates.
  CHECK(integers_of(run_network(network, {byte_tensor(kU8, {1, 2, 2, 2}, {1, 2, 3, 255, 255, 255, 255, 255})})[0]) ==
        std::vector<int>{113, 255});
}

TEST_CASE("a quantized average pool with padding runs on the host and counts what is inside") {
  ModelBuilder builder;
  builder.input("x", kU8, {1, 1, 2, 2});
  parameters(builder, "x", kU8, {1}, {0});
  parameters(builder, "y", kU8, {1}, {0});
  builder.node("QLinearAveragePool", {"x", "x_s", "x_z", "y_s", "y_z"}, {"y"}, kMicrosoft)
      .ints("kernel_shape", {2, 2})
      .ints("pads", {1, 1, 0, 0});
  const bool counts_pad = GENERATE(true, false);
  if (counts_pad) builder.integer("count_include_pad", 1);
  builder.output("y", kU8, {1, 1, 2, 2});
  const Network network = builder.read();
  only<HostOperator>(network);
  CHECK(integers_of(run_network(network, {byte_tensor(kU8, {1, 1, 2, 2}, {4, 8, 12, 16})})[0]) ==
        (counts_pad ? std::vector<int>{1, 3, 4, 10} : std::vector<int>{4, 6, 8, 10}));
}

TEST_CASE("quantized activations of com.microsoft become Lookup") {
  ModelBuilder builder;
  builder.input("x", kI8, {256});
  parameters(builder, "x", kI8, {0.1f}, {3});
  parameters(builder, "y", kI8, {0.05f}, {-4});
  builder.node("QLinearLeakyRelu", {"x", "x_s", "x_z", "y_s", "y_z"}, {"y"}, kMicrosoft)
      .number("alpha", 0.3f)
      .output("y", kI8, {256});
  const Network network = builder.read();
  only<Lookup>(network);
  HostTensor x = make_host_tensor(kI8, {256});
  for (std::size_t i = 0; i < 256; ++i) x.data[i] = static_cast<std::uint8_t>(i);
  const auto y = integers_of(run_network(network, {x})[0]);
  for (std::size_t i = 0; i < 256; ++i) {
    const float real = static_cast<float>(static_cast<int>(static_cast<std::int8_t>(i)) - 3) * 0.1f;
    const float activated = real < 0 ? 0.3f * real : real;
    CHECK(y[i] == static_cast<int>(std::fmin(std::fmax(std::nearbyint(activated / 0.05f) - 4, -128.0f), 127.0f)));
  }
}

TEST_CASE("max-pools and reshapes of int8 tensors need no dequantization") {
  ModelBuilder builder;
  builder.input("x", kI8, {1, 1, 2, 4})
      .node("MaxPool", {"x"}, {"p"})
      .ints("kernel_shape", {2, 2})
      .ints("strides", {2, 2});
  builder.node("Flatten", {"p"}, {"y"}).output("y", kI8, {1, 2});
  const Network network = builder.read();
  only<MaxPool>(network);
  only<Reshape>(network);
  CHECK(integers_of(run_network(network, {byte_tensor(kI8, {1, 1, 2, 4}, {-5, -6, 7, 0, -4, -128, 1, 2})})[0]) ==
        std::vector<int>{-4, 7});
}
