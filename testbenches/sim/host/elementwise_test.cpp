// SPDX-License-Identifier: Apache-2.0
//
// Operators of each element, which the operator tests of ONNX do not reach with these operator sets or corners.
#include <cmath>
#include <limits>

#include "catch.hpp"
#include "sim/host/host_run.hpp"
#include "sim/network/element_types.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

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

TEST_CASE("activations at their corners") {
  CHECK(run_float("Elu", {3}, {-1, 0, 2}, {3}, [](ModelBuilder& b) { b.number("alpha", 2); })[0] ==
        Approx(2 * std::expm1(-1.0)));
  CHECK(run_float("HardSigmoid", {4}, {-10, 0, 1, 10}, {4}) == std::vector<float>{0, 0.5f, 0.2f + 0.5f, 1});
  CHECK(run_float("Softplus", {3}, {0, 100, -100}, {3})[0] == Approx(std::log(2.0)));
  CHECK(run_float("Softplus", {3}, {0, 100, -100}, {3})[1] == 100);
  CHECK(run_float("Relu", {2}, {-0.0f, 1}, {2}) == std::vector<float>{0, 1});
}

TEST_CASE("a reduction goes over the given axes, or over all") {
  const HostTensor x = float_tensor({2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK(floats_of(run_operator("ReduceSum", {x}, kF32, {2, 1}, integers({{"axes", {1}}}))) ==
        std::vector<float>{6, 15});
  CHECK(floats_of(run_operator("ReduceMean", {x}, kF32, {1, 3}, integers({{"axes", {-2}}}))) ==
        std::vector<float>{2.5f, 3.5f, 4.5f});
  CHECK(floats_of(run_operator("ReduceMax", {x}, kF32, {1, 1})) == std::vector<float>{6});
}

TEST_CASE("two operands are repeated to each other's shape") {
  const HostTensor a = float_tensor({2, 1}, {10, 20}), b = float_tensor({3}, {1, 2, 3});
  CHECK(floats_of(run_operator("Sub", {a, b}, kF32, {2, 3})) == std::vector<float>{9, 8, 7, 19, 18, 17});
}

TEST_CASE("a cast to an integer drops the fraction, one to bool asks for zero") {
  const HostTensor x = float_tensor({4}, {-1.9f, 0, 0.5f, 200});
  CHECK(integers_of(run_operator("Cast", {x}, ElementType::kInt32, {4})) == std::vector<int>{-1, 0, 0, 200});
  CHECK(integers_of(run_operator("Cast", {x}, ElementType::kBool, {4})) == std::vector<int>{1, 0, 1, 1});
}

TEST_CASE("DynamicQuantizeLinear finds scale and zero point of its input, zero included") {
  const HostTensor x = float_tensor({3}, {-1, 0, 1.55f});
  const auto y = run_operator(
      "DynamicQuantizeLinear", {x},
      std::vector<HostTensor>{make_host_tensor(kU8, {3}), make_host_tensor(kF32, {}), make_host_tensor(kU8, {})});
  CHECK(floats_of(y[1])[0] == Approx(0.01));
  CHECK(integers_of(y[2]) == std::vector<int>{100});
  CHECK(integers_of(y[0]) == std::vector<int>{0, 100, 255});
}
