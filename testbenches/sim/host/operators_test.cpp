// SPDX-License-Identifier: Apache-2.0
//
// Host operators that the operator tests of ONNX do not reach (they use older operator sets, or a
// window where oneDNN differs).
#include "host/operators.hpp"

#include <cmath>
#include <functional>
#include <limits>

#include "catch.hpp"
#include "host/call.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

constexpr ElementType kF32 = ElementType::kFloat32, kI8 = ElementType::kInt8, kU8 = ElementType::kUint8;

// One node from x to y.
std::vector<float> run_float(
    const std::string& op, const Shape& shape, const std::vector<float>& x, const Shape& result,
    const std::function<void(ModelBuilder&)>& attributes = [](ModelBuilder&) {}) {
  ModelBuilder builder;
  builder.input("x", kF32, shape).node(op, {"x"}, {"y"}).output("y", kF32, result);
  attributes(builder);
  return floats_of(run_network(builder.read(), {float_tensor(shape, x)})[0]);
}

}  // namespace

TEST_CASE("QuantizeLinear rounds half to even, then adds the zero point, then saturates") {
  ModelBuilder builder;
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> x = {0.25f, 0.75f,  -0.25f,   -0.75f,    63,      62.5f,
                                1e30f, -1e30f, infinity, -infinity, -66.25f, -65.75f};
  const auto count = static_cast<std::int64_t>(x.size());
  builder.input("x", kF32, {count}).quantize("x", "y", {0.5f, 3}, kI8).output("y", kI8, {count});
  CHECK(integers_of(run_network(builder.read(), {float_tensor({count}, x)})[0]) ==
        std::vector<int>{3, 5, 3, 1, 127, 127, 127, -128, 127, -128, -128, -128});
}

TEST_CASE("QuantizeLinear and DequantizeLinear with a scale per channel") {
  ModelBuilder builder;
  builder.input("x", kF32, {2, 2, 2}).floats("s", {2}, {0.5f, 2}).bytes("z", kU8, {2}, {10, 100});
  builder.node("QuantizeLinear", {"x", "s", "z"}, {"q"}).integer("axis", -2);
  builder.node("DequantizeLinear", {"q", "s", "z"}, {"y"}).integer("axis", 1);
  builder.output("q", kU8, {2, 2, 2}).output("y", kF32, {2, 2, 2});
  const auto outputs = run_network(builder.read(), {float_tensor({2, 2, 2}, {1, 2, 4, 6, -1, -100, 1000, 3})});
  CHECK(integers_of(outputs[0]) == std::vector<int>{12, 14, 102, 103, 8, 0, 255, 102});
  CHECK(floats_of(outputs[1]) == std::vector<float>{1, 2, 4, 6, -1, -5, 310, 4});
}

TEST_CASE("global pools") {
  const std::vector<float> x = {1, 2, 3, 6, -1, -2, -3, -7};
  CHECK(run_float("GlobalAveragePool", {1, 2, 2, 2}, x, {1, 2, 1, 1}) == std::vector<float>{3, -3.25f});
  CHECK(run_float("GlobalMaxPool", {1, 2, 2, 2}, x, {1, 2, 1, 1}) == std::vector<float>{6, -1});
}

TEST_CASE("a float convolution with groups, dilation and uneven padding equals its definition") {
  std::mt19937 random(2);
  const Shape xs = {2, 4, 7, 6}, ws = {6, 2, 3, 2};
  std::vector<float> x(static_cast<std::size_t>(element_count(xs))), w(static_cast<std::size_t>(element_count(ws)));
  for (float& v : x) v = static_cast<float>(uniform(random, -8, 8));
  for (float& v : w) v = static_cast<float>(uniform(random, -8, 8));
  ModelBuilder builder;
  builder.input("x", kF32, xs)
      .floats("w", ws, w)
      .floats("b", {6}, {1, 2, 3, 4, 5, 6})
      .node("Conv", {"x", "w", "b"}, {"y"});
  builder.integer("group", 2)
      .ints("strides", {2, 1})
      .ints("dilations", {1, 3})
      .ints("pads", {1, 2, 2, 0})
      .output("y", kF32, {2, 6, 4, 5});
  const auto y = floats_of(run_network(builder.read(), {float_tensor(xs, x)})[0]);
  std::size_t index = 0;
  for (int n = 0; n < 2; ++n)
    for (int m = 0; m < 6; ++m)
      for (int oy = 0; oy < 4; ++oy)
        for (int ox = 0; ox < 5; ++ox) {
          float sum = static_cast<float>(m + 1);
          for (int c = 0; c < 2; ++c)
            for (int ky = 0; ky < 3; ++ky)
              for (int kx = 0; kx < 2; ++kx) {
                const int iy = oy * 2 - 1 + ky, ix = ox - 2 + kx * 3;
                if (iy < 0 || iy >= 7 || ix < 0 || ix >= 6) continue;
                sum += x[static_cast<std::size_t>(((n * 4 + m / 3 * 2 + c) * 7 + iy) * 6 + ix)] *
                       w[static_cast<std::size_t>(((m * 2 + c) * 3 + ky) * 2 + kx)];
              }
          CHECK(y[index++] == sum);  // small integers: exact in any order
        }
}

TEST_CASE("a one-dimensional float pool") {
  const std::vector<float> x = {1, 5, 2, 8, 3};
  const auto window = [](ModelBuilder& b) { b.ints("kernel_shape", {2}).ints("strides", {2}).ints("pads", {1, 0}); };
  CHECK(run_float("MaxPool", {1, 1, 5}, x, {1, 1, 3}, window) == std::vector<float>{1, 5, 8});
  CHECK(run_float("AveragePool", {1, 1, 5}, x, {1, 1, 3}, window) == std::vector<float>{1, 3.5f, 5.5f});
}

TEST_CASE("softmax over an axis, and over the rest of the dimensions before operator set 13") {
  for (int opset : {12, 13}) {
    ModelBuilder builder(opset);
    builder.input("x", kF32, {1, 2, 2}).node("Softmax", {"x"}, {"y"}).integer("axis", 1).output("y", kF32, {1, 2, 2});
    const auto y = floats_of(run_network(builder.read(), {float_tensor({1, 2, 2}, {0, 0, 0, std::log(2.0f)})})[0]);
    CHECK(y[0] == Approx(opset == 12 ? 0.2 : 0.5));
    CHECK(y[3] == Approx(opset == 12 ? 0.4 : 2.0 / 3));
  }
}

TEST_CASE("activations at their corners") {
  CHECK(run_float("Elu", {3}, {-1, 0, 2}, {3}, [](ModelBuilder& b) { b.number("alpha", 2); })[0] ==
        Approx(2 * std::expm1(-1.0)));
  CHECK(run_float("HardSigmoid", {4}, {-10, 0, 1, 10}, {4}) == std::vector<float>{0, 0.5f, 0.2f + 0.5f, 1});
  CHECK(run_float("Softplus", {3}, {0, 100, -100}, {3})[0] == Approx(std::log(2.0)));
  CHECK(run_float("Softplus", {3}, {0, 100, -100}, {3})[1] == 100);
  CHECK(run_float("Relu", {2}, {-0.0f, 1}, {2}) == std::vector<float>{0, 1});
}

TEST_CASE("a constant of a shape is filled with its value") {
  ModelBuilder builder;
  builder.input("x", kF32, {2, 3}).node("Shape", {"x"}, {"s"}).node("ConstantOfShape", {"s"}, {"c"});
  auto& value = *builder.last_node().add_attribute();
  value.set_name("value");
  value.set_type(onnx::AttributeProto::TENSOR);
  value.mutable_t()->set_data_type(onnx::TensorProto::FLOAT);
  value.mutable_t()->add_dims(1);
  value.mutable_t()->add_float_data(1.5f);
  builder.node("Add", {"x", "c"}, {"y"}).output("y", kF32, {2, 3});
  const Network network = builder.read();
  CHECK(network.nodes.size() == 1);
  CHECK(floats_of(run_network(network, {float_tensor({2, 3}, {0, 1, 2, 3, 4, 5})})[0]) ==
        std::vector<float>{1.5f, 2.5f, 3.5f, 4.5f, 5.5f, 6.5f});
}

TEST_CASE("a target shape that is computed from a shape is known before the run") {
  ModelBuilder builder;
  builder.input("x", kF32, {2, 3, 4})
      .node("Shape", {"x"}, {"s"})
      .int64s("first", {1}, {0})
      .node("Gather", {"s", "first"}, {"batch"});
  builder.int64s("rest", {1}, {-1}).node("Concat", {"batch", "rest"}, {"target"}).integer("axis", 0);
  builder.node("Reshape", {"x", "target"}, {"y"}).output("y", kF32, {2, 12});
  const Network network = builder.read();
  CHECK(network.nodes.size() == 1);
  CHECK(network.tensors[network.outputs[0]].shape == Shape{2, 12});
}

TEST_CASE("axes of reductions come as an attribute or, since operator set 18, as an input") {
  for (int opset : {13, 18}) {
    ModelBuilder builder(opset);
    builder.input("x", kF32, {2, 3}).int64s("axes", {1}, {-1});
    if (opset == 13) {
      builder.node("ReduceMax", {"x"}, {"y"}).ints("axes", {1});
    } else {
      builder.node("ReduceMax", {"x", "axes"}, {"y"});
    }
    builder.output("y", kF32, {2, 1});
    CHECK(floats_of(run_network(builder.read(), {float_tensor({2, 3}, {1, 3, 2, -1, -3, -2})})[0]) ==
          std::vector<float>{3, -1});
  }
}

TEST_CASE("errors of an operator during the run name the node") {
  ModelBuilder builder;
  builder.input("x", kF32, {2, 3})
      .input("i", ElementType::kInt64, {1})
      .node("Gather", {"x", "i"}, {"g"})
      .output("g", kF32, {1, 3});
  const Network network = builder.read();
  HostTensor index = make_host_tensor(ElementType::kInt64, {1});
  elements<std::int64_t>(index)[0] = 2;
  CHECK_THROWS_WITH(run_network(network, {float_tensor({2, 3}, std::vector<float>(6)), index}),
                    Contains("node 'g' (Gather): index 2"));
}
