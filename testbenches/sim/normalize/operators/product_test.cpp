// SPDX-License-Identifier: Apache-2.0
//
// MatMul and Gemm between DequantizeLinear and QuantizeLinear, QLinearMatMul, MatMulInteger and QGemm.
#include <cmath>

#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/normalize/qdq_networks.hpp"
#include "sim/normalize/qlinear_networks.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("a QDQ Gemm becomes a Gemm with weights as [k][n]") {
  ModelBuilder builder = start(kU8, {3, 4}, {0.02f, 128});
  builder.quantized_constant("w", kI8, {5, 4}, weights(20, -128, 127), {0.01f, 0.02f, 0.03f, 0.04f, 0.05f},
                             {0, 0, 0, 0, 0}, 0);
  builder.floats("b", {1, 5}, {0.1f, -0.2f, 0.3f, 0, 1});
  builder.node("Gemm", {"dx", "w", "b"}, {"gemm"}).integer("transB", 1).number("alpha", 0.5f);
  finish(builder, "gemm", kU8, {3, 5}, {0.0513f, 100});
  const Network network = read_and_compare(builder, Agreement::kOneStep);
  const Gemm& gemm = only<Gemm>(network);
  CHECK(network.tensors[gemm.weight].shape == Shape{4, 5});
  CHECK(network.nodes[0].macs == 60);
  CHECK(gemm.scale.size() == 5);
  const float unit = 0.5f * 0.02f;
  CHECK(gemm.scale[2] == unit * 0.03f / 0.0513f);
  CHECK(gemm.bias[1] == static_cast<int>(std::nearbyint(-0.2f / (unit * 0.02f))));
}

TEST_CASE("a MatMul of any rank becomes a Gemm") {
  for (const Shape& shape : {Shape{6}, Shape{2, 6}, Shape{2, 3, 6}, Shape{2, 1, 2, 6}}) {
    Shape output = shape;
    output.back() = 3;
    ModelBuilder builder = start(kI8, shape, {0.02f, -1});
    builder.quantized_constant("w", kI8, {6, 3}, weights(18, -128, 127), {0.01f, 0.02f, 0.03f}, {0, 0, 0}, 1);
    builder.node("MatMul", {"dx", "w"}, {"product"});
    finish(builder, "product", kI8, output, {0.05f, 3});
    const Network network = read_and_compare(builder, Agreement::kOneStep);
    CHECK(only<Gemm>(network).scale.size() == 3);
  }
}

TEST_CASE("a product of two activations becomes a MatMul, Relu its clamp") {
  for (const Shape& right : {Shape{2, 4, 5}, Shape{4, 5}, Shape{1, 4, 5}}) {
    ModelBuilder builder = start(kI8, {2, 3, 4}, {0.1f, 4});
    builder.input("b", kU8, right)
        .dequantize("b", "db", {0.2f, 130}, kU8)
        .node("MatMul", {"dx", "db"}, {"product"})
        .node("Relu", {"product"}, {"relu"});
    finish(builder, "relu", kI8, {2, 3, 5}, {0.5113f, -20});
    const Network network = read_and_compare(builder, Agreement::kOneStep);
    REQUIRE(network.nodes.size() == 1);
    const MatMul& product = only<MatMul>(network);
    CHECK(product.a_zero_point == 4);
    CHECK(product.b_zero_point == 130);
    CHECK(product.scale == std::vector<float>{0.1f * 0.2f / 0.5113f});
    CHECK(product.clamp.low == -20);
    CHECK(network.nodes[0].macs == 120);
  }
}

TEST_CASE("the addition of a constant behind a MatMul is its bias") {
  ModelBuilder builder = start(kI8, {2, 3, 6}, {0.02f, -1});
  builder.quantized_constant("w", kI8, {6, 3}, weights(18, -128, 127), {0.01f}, {0})
      .node("MatMul", {"dx", "w"}, {"product"});
  builder.floats("b", {3}, {0.5f, -0.5f, 2}).node("Add", {"b", "product"}, {"sum"}).node("Relu", {"sum"}, {"relu"});
  finish(builder, "relu", kI8, {2, 3, 3}, {0.05f, -128});
  const Network network = read_and_compare(builder, Agreement::kOneStep);
  CHECK(only<Gemm>(network).bias.size() == 3);
  CHECK(network.nodes[0].operator_name == "MatMul+Add+Relu");
}

TEST_CASE("weights behind a Transpose are transposed once, scales included") {
  ModelBuilder builder = start(kI8, {2, 6}, {0.02f, -1});
  builder.quantized_constant("w", kI8, {3, 6}, weights(18, -128, 127), {0.01f, 0.02f, 0.03f}, {0, 0, 0}, 0);
  builder.node("Transpose", {"w"}, {"wt"}).ints("perm", {1, 0}).node("MatMul", {"dx", "wt"}, {"product"});
  finish(builder, "product", kI8, {2, 3}, {0.05f, 3});
  const Network network = read_and_compare(builder, Agreement::kOneStep);
  CHECK(network.nodes.size() == 1);
  CHECK(only<Gemm>(network).scale.size() == 3);
}

TEST_CASE("weights that are quantized in the file become constants") {
  ModelBuilder builder = start(kI8, {2, 2}, {0.5f, 0});
  builder.floats("wf", {2, 2}, {0.26f, -0.5f, 0.74f, 1})
      .quantize("wf", "wq", {0.25f, 0}, kI8)
      .dequantize("wq", "w", {0.25f, 0}, kI8);
  builder.node("MatMul", {"dx", "w"}, {"product"});
  finish(builder, "product", kI8, {2, 2}, {0.5f, 0});
  const Network network = read_and_compare(builder, Agreement::kExact);
  const Tensor& weight = network.tensors[only<Gemm>(network).weight];
  CHECK(weight.data == std::vector<std::uint8_t>{1, static_cast<std::uint8_t>(-2), 3, 4});
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
