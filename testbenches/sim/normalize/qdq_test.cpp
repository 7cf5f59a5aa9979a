// SPDX-License-Identifier: Apache-2.0
//
// The QDQ spelling. Two checks: the operator that the reader makes has the expected parameters, and
// its results are those of the ONNX graph executed literally in float32, up to one step where
// float32 sums round.
#include <cmath>
#include <limits>

#include "catch.hpp"
#include "onnx/model_loader.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"

using namespace systole;
using namespace systole::test;

namespace {

constexpr ElementType kI8 = ElementType::kInt8, kU8 = ElementType::kUint8, kF32 = ElementType::kFloat32;

enum class Agreement { kExact, kOneStep };

// Reads the network, and runs it as read and literally on random input.
Network read_and_compare(const ModelBuilder& builder, Agreement agreement, unsigned seed = 1) {
  const TemporaryFolder folder;
  builder.write(folder.file("net.onnx"));
  const Network literal = load_model(folder.file("net.onnx"));
  const Network network = builder.read();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 3; ++round) {
    std::vector<HostTensor> inputs;
    for (TensorId id : network.inputs)
      inputs.push_back(random_bytes(random, network.tensors[id].type, network.tensors[id].shape));
    const auto expected = run_network(literal, inputs), found = run_network(network, inputs);
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CHECK(found[i].shape == expected[i].shape);
      REQUIRE(found[i].type == expected[i].type);
      const auto a = integers_of(found[i]), b = integers_of(expected[i]);
      std::size_t different = 0;
      int furthest = 0;
      for (std::size_t k = 0; k < a.size(); ++k) {
        different += a[k] != b[k];
        furthest = std::max(furthest, std::abs(a[k] - b[k]));
      }
      CHECK(furthest <= (agreement == Agreement::kExact ? 0 : 1));
      CHECK(different * 50 <= a.size());
    }
  }
  return network;
}

std::vector<int> weights(std::size_t count, int low, int high) {
  std::mt19937 random(7);
  return uniform_list(random, count, low, high);
}

// Scales below are crooked where results are computed, so that exact ties, which float32 breaks
// either way, are rare.

// x int8/uint8 -> DequantizeLinear -> `dx`
ModelBuilder start(ElementType type, const Shape& shape, Quantization q, int opset = 13) {
  ModelBuilder builder(opset);
  builder.input("x", type, shape).dequantize("x", "dx", q, type);
  return builder;
}

// `from` -> QuantizeLinear -> y, the network's output
void finish(ModelBuilder& builder, const std::string& from, ElementType type, const Shape& shape, Quantization q) {
  builder.quantize(from, "y", q, type).output("y", type, shape);
}

}  // namespace

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

TEST_CASE("a QDQ addition becomes an Add, Relu its clamp") {
  ModelBuilder builder = start(kU8, {1, 3, 4, 4}, {0.05f, 120});
  builder.input("b", kU8, {1, 3, 4, 4})
      .dequantize("b", "db", {0.07f, 30}, kU8)
      .node("Add", {"dx", "db"}, {"sum"})
      .node("Relu", {"sum"}, {"relu"});
  finish(builder, "relu", kU8, {1, 3, 4, 4}, {0.0837f, 64});
  const Network network = read_and_compare(builder, Agreement::kOneStep);
  REQUIRE(network.nodes.size() == 1);
  const Add& add = only<Add>(network);
  CHECK(add.qa.scale == 0.05f);
  CHECK(add.qa.zero_point == 120);
  CHECK(add.qb.scale == 0.07f);
  CHECK(add.qb.zero_point == 30);
  CHECK(add.qy.zero_point == 64);
  CHECK(add.clamp.low == 64);
}

TEST_CASE("a tensor added to itself is an Add with one tensor twice") {
  ModelBuilder builder = start(kI8, {2, 5}, {0.05f, 0});
  builder.node("Add", {"dx", "dx"}, {"sum"});
  finish(builder, "sum", kI8, {2, 5}, {0.0837f, 1});
  const Add add = only<Add>(read_and_compare(builder, Agreement::kOneStep));
  CHECK(add.a == add.b);
}

TEST_CASE("an addition with a constant or a smaller operand stays on the host, in quantized arithmetic") {
  ModelBuilder builder = start(kI8, {2, 3, 4}, {0.05f, 0});
  const bool constant = GENERATE(true, false);
  if (constant) {
    builder.quantized_constant("db", kI8, {3, 1}, {5, -6, 7}, {0.1f}, {2});
  } else {
    builder.input("b", kI8, {4}).dequantize("b", "db", {0.1f, 2}, kI8);
  }
  builder.node("Add", {"db", "dx"}, {"sum"}).node("Relu", {"sum"}, {"relu"});
  finish(builder, "relu", kI8, {2, 3, 4}, {0.0837f, -9});
  const Network network = read_and_compare(builder, Agreement::kOneStep);
  REQUIRE(network.nodes.size() == 1);
  CHECK(network.nodes[0].operator_name == "QLinearAdd");
  CHECK(only<HostOperator>(network).ints.at("clamp") == std::vector<std::int64_t>{-9, 127});
}

TEST_CASE("a max-pool between equal quantizations becomes a MaxPool") {
  ModelBuilder builder = start(kI8, {2, 3, 7, 6}, {0.05f, 3});
  builder.node("MaxPool", {"dx"}, {"pool"})
      .ints("kernel_shape", {3, 2})
      .ints("strides", {2, 2})
      .ints("pads", {1, 0, 1, 1});
  finish(builder, "pool", kI8, {2, 3, 4, 3}, {0.05f, 3});
  const Network network = read_and_compare(builder, Agreement::kExact);
  REQUIRE(network.nodes.size() == 1);
  CHECK(only<MaxPool>(network).pad == std::array<std::int64_t, 4>{1, 0, 1, 1});
}

TEST_CASE("a max-pool followed by Relu in one quantization is a MaxPool with a clamp") {
  ModelBuilder builder = start(kI8, {1, 2, 4, 4}, {0.05f, 3});
  builder.node("MaxPool", {"dx"}, {"pool"}).ints("kernel_shape", {2, 2}).node("Relu", {"pool"}, {"relu"});
  finish(builder, "relu", kI8, {1, 2, 3, 3}, {0.05f, 3});
  const Network network = read_and_compare(builder, Agreement::kExact);
  REQUIRE(network.nodes.size() == 1);
  CHECK(only<MaxPool>(network).clamp.low == 3);
}

TEST_CASE("a max-pool between different quantizations becomes a MaxPool and a Lookup") {
  ModelBuilder builder = start(kI8, {1, 2, 6, 6}, {0.05f, 3});
  builder.node("MaxPool", {"dx"}, {"pool"})
      .ints("kernel_shape", {2, 2})
      .ints("dilations", {2, 3})
      .node("Flatten", {"pool"}, {"flat"});
  finish(builder, "flat", kU8, {1, 24}, {0.06f, 100});
  const Network network = read_and_compare(builder, Agreement::kExact);
  REQUIRE(network.nodes.size() == 3);
  CHECK(std::holds_alternative<MaxPool>(network.nodes[0].operation));
  CHECK(std::holds_alternative<Lookup>(network.nodes[1].operation));
  CHECK(std::holds_alternative<Reshape>(network.nodes[2].operation));
}

TEST_CASE("average pools without padding become AveragePool") {
  ModelBuilder builder = start(kU8, {2, 3, 6, 4}, {0.05f, 9});
  SECTION("with a window") {
    builder.node("AveragePool", {"dx"}, {"pool"}).ints("kernel_shape", {2, 3}).ints("strides", {2, 1});
    finish(builder, "pool", kU8, {2, 3, 3, 2}, {0.0437f, 5});
    const AveragePool pool = only<AveragePool>(read_and_compare(builder, Agreement::kOneStep));
    CHECK(pool.kernel == std::array<std::int64_t, 2>{2, 3});
    CHECK(pool.stride == std::array<std::int64_t, 2>{2, 1});
    CHECK(pool.scale == 0.05f / (0.0437f * 6.0f));
  }
  SECTION("global") {
    builder.node("GlobalAveragePool", {"dx"}, {"pool"});
    finish(builder, "pool", kU8, {2, 3, 1, 1}, {0.0437f, 5});
    const AveragePool pool = only<AveragePool>(read_and_compare(builder, Agreement::kOneStep));
    CHECK(pool.kernel == std::array<std::int64_t, 2>{6, 4});
    CHECK(pool.scale == 0.05f / (0.0437f * 24.0f));
    CHECK(pool.qx.zero_point == 9);
    CHECK(pool.qy.zero_point == 5);
  }
  SECTION("global, then flattened before the quantization") {
    builder.node("GlobalAveragePool", {"dx"}, {"pool"}).node("Flatten", {"pool"}, {"flat"});
    finish(builder, "flat", kU8, {2, 3}, {0.0437f, 5});
    const Network network = read_and_compare(builder, Agreement::kOneStep);
    REQUIRE(network.nodes.size() == 2);
    CHECK(network.nodes[1].operator_name == "Flatten");
  }
  SECTION("as a mean over the image") {
    builder.node("ReduceMean", {"dx"}, {"pool"}).ints("axes", {2, -1});
    finish(builder, "pool", kU8, {2, 3, 1, 1}, {0.0437f, 5});
    CHECK(only<AveragePool>(read_and_compare(builder, Agreement::kOneStep)).kernel ==
          std::array<std::int64_t, 2>{6, 4});
  }
}

TEST_CASE("an average pool with padding runs on the host in float32") {
  ModelBuilder builder = start(kU8, {1, 2, 5, 5}, {0.05f, 9});
  builder.node("AveragePool", {"dx"}, {"pool"}).ints("kernel_shape", {3, 3}).ints("pads", {1, 1, 1, 1});
  finish(builder, "pool", kU8, {1, 2, 5, 5}, {0.0437f, 5});
  const Network network = read_and_compare(builder, Agreement::kExact);
  REQUIRE(network.nodes.size() == 3);
  CHECK(network.nodes[0].operator_name == "DequantizeLinear");
  CHECK(network.nodes[1].operator_name == "AveragePool");
  CHECK(network.nodes[2].operator_name == "QuantizeLinear");
}

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

TEST_CASE("reshapes in one quantization become Reshape, in two a Lookup comes first") {
  const auto reshape = GENERATE(as<std::string>{}, "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Identity");
  const bool equal = GENERATE(true, false);
  ModelBuilder builder = start(kI8, {2, 1, 6}, {0.1f, 4});
  Shape output = {2, 6};
  if (reshape == "Reshape") {
    builder.int64s("shape", {3}, {3, -1, 2}).node("Reshape", {"dx", "shape"}, {"r"});
    output = {3, 2, 2};
  } else if (reshape == "Squeeze" || reshape == "Unsqueeze") {
    builder.int64s("axes", {1}, {1}).node(reshape, {"dx", "axes"}, {"r"});
    if (reshape == "Unsqueeze") output = {2, 1, 1, 6};
  } else {
    builder.node(reshape, {"dx"}, {"r"});
    if (reshape == "Identity") output = {2, 1, 6};
  }
  finish(builder, "r", kI8, output, equal ? Quantization{0.1f, 4} : Quantization{0.2f, 4});
  const Network network = read_and_compare(builder, Agreement::kExact);
  CHECK(network.nodes.size() == (equal || reshape == "Identity" ? 1 : 2));
  if (equal) only<Reshape>(network);
  if (!equal) only<Lookup>(network);
}

TEST_CASE("operators that move values run on the quantized values") {
  ModelBuilder builder = start(kI8, {1, 2, 3, 4}, {0.1f, 4});
  SECTION("Transpose") {
    builder.node("Transpose", {"dx"}, {"t"}).ints("perm", {0, 2, 3, 1});
    finish(builder, "t", kI8, {1, 3, 4, 2}, {0.1f, 4});
    const Network network = read_and_compare(builder, Agreement::kExact);
    REQUIRE(network.nodes.size() == 1);
    CHECK(network.tensors[only<HostOperator>(network).inputs[0]].type == kI8);
  }
  SECTION("Concat brings each operand to the output's quantization") {
    builder.input("b", kI8, {1, 2, 3, 1}).dequantize("b", "db", {0.2f, 0}, kI8);
    builder.node("Concat", {"dx", "db"}, {"c"}).integer("axis", 3);
    finish(builder, "c", kI8, {1, 2, 3, 5}, {0.1f, 4});
    const Network network = read_and_compare(builder, Agreement::kExact);
    REQUIRE(network.nodes.size() == 2);
    CHECK(std::holds_alternative<Lookup>(network.nodes[0].operation));
  }
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
