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

TEST_CASE("integers of every width add, multiply and divide with wrapping") {
  const HostTensor a = byte_tensor(kI8, {4}, {-128, 100, 7, -7}), b = byte_tensor(kI8, {4}, {-1, 100, -2, 2});
  const auto bytes = [&](const char* name) { return integers_of(run_operator(name, {a, b}, kI8, {4})); };
  CHECK(bytes("Add") == std::vector<int>{127, -56, 5, -5});
  CHECK(bytes("Sub") == std::vector<int>{-127, 0, 9, -9});
  CHECK(bytes("Mul") == std::vector<int>{-128, 16, -14, -14});
  CHECK(bytes("Div") == std::vector<int>{-128, 1, -3, -3});
  CHECK(bytes("Max") == std::vector<int>{-1, 100, 7, 2});
  CHECK(bytes("Min") == std::vector<int>{-128, 100, -2, -7});
  const HostTensor u = byte_tensor(kU8, {3}, {200, 255, 3}), v = byte_tensor(kU8, {3}, {100, 255, 5});
  const auto unsigned_bytes = [&](const char* name) { return integers_of(run_operator(name, {u, v}, kU8, {3})); };
  CHECK(unsigned_bytes("Add") == std::vector<int>{44, 254, 8});
  CHECK(unsigned_bytes("Sub") == std::vector<int>{100, 0, 254});
  CHECK(unsigned_bytes("Div") == std::vector<int>{2, 1, 0});
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  const HostTensor least = int64_tensor({1}, {kLeast}), minus = int64_tensor({1}, {-1});
  for (const char* name : {"Div", "Mul"})
    CHECK(integer_at(run_operator(name, {least, minus}, ElementType::kInt64, {1}), 0) == kLeast);
  CHECK_THROWS_WITH(run_operator("Div", {least, int64_tensor({1}, {0})}, ElementType::kInt64, {1}),
                    Contains("node 'node' (Div): division of an integer by zero"));
}

TEST_CASE("signs of integers: the lowest value stays what it is") {
  const HostTensor x = byte_tensor(kI8, {4}, {-128, -3, 0, 5});
  const auto result = [&](const char* name) { return integers_of(run_operator(name, {x}, kI8, {4})); };
  CHECK(result("Neg") == std::vector<int>{-128, 3, 0, -5});
  CHECK(result("Abs") == std::vector<int>{-128, 3, 0, 5});
  CHECK(result("Sign") == std::vector<int>{-1, -1, 0, 1});
  CHECK(result("Relu") == std::vector<int>{0, 0, 0, 5});
  CHECK(integers_of(run_operator("Abs", {byte_tensor(kU8, {2}, {0, 255})}, kU8, {2})) == std::vector<int>{0, 255});
  CHECK(integers_of(run_operator("Sign", {byte_tensor(kU8, {2}, {0, 255})}, kU8, {2})) == std::vector<int>{0, 1});
}

TEST_CASE("a remainder has the sign of the divisor, or of the dividend with fmod") {
  const HostTensor a = byte_tensor(kI8, {5}, {-4, 7, 5, -128, 6}), b = byte_tensor(kI8, {5}, {2, -3, 8, -1, 3});
  const Attributes fmod = integers({{"fmod", {1}}});
  CHECK(integers_of(run_operator("Mod", {a, b}, kI8, {5})) == std::vector<int>{0, -2, 5, 0, 0});
  CHECK(integers_of(run_operator("Mod", {a, b}, kI8, {5}, fmod)) == std::vector<int>{0, 1, 5, 0, 0});
  const HostTensor x = float_tensor({2}, {-4.5f, 7.25f}), y = float_tensor({2}, {2, -3});
  CHECK(floats_of(run_operator("Mod", {x, y}, kF32, {2}, fmod)) == std::vector<float>{-0.5f, 1.25f});
  CHECK_THROWS_WITH(run_operator("Mod", {x, y}, kF32, {2}), Contains("floats need the attribute fmod=1"));
  CHECK_THROWS_WITH(run_operator("Mod", {a, byte_tensor(kI8, {1}, {0})}, kI8, {5}), Contains("by zero"));
}

TEST_CASE("a power has the type of its base, whatever the exponent's") {
  const HostTensor base = float_tensor({3}, {2, -3, 0.5f});
  CHECK(floats_of(run_operator("Pow", {base, int64_tensor({3}, {10, 3, -2})}, kF32, {3})) ==
        std::vector<float>{1024, -27, 4});
  const auto power = [](std::int64_t b, std::int64_t e) {
    return integer_at(run_operator("Pow", {int64_tensor({}, {b}), int64_tensor({}, {e})}, ElementType::kInt64, {}), 0);
  };
  CHECK(power(3, 39) == 4052555153018976267);  // not a float64
  CHECK(power(-2, 63) == std::numeric_limits<std::int64_t>::min());
  CHECK(power(2, 64) == 0);
  CHECK(power(7, 0) == 1);
  CHECK(power(2, -1) == 0);
  CHECK(power(-1, -3) == -1);
  CHECK(power(0, -1) == std::numeric_limits<std::int64_t>::max());
  HostTensor nine = make_host_tensor(kI32, {});
  elements<std::int32_t>(nine)[0] = 9;
  CHECK(integers_of(run_operator("Pow", {nine, float_tensor({2}, {0.5f, 30})}, kI32, {2})) ==
        std::vector<int>{3, std::numeric_limits<std::int32_t>::max()});
}

TEST_CASE("a clip without a limit keeps to the finite numbers, as in ONNX Runtime") {
  const float infinity = std::numeric_limits<float>::infinity();
  const HostTensor x = float_tensor({3}, {-infinity, infinity, 1});
  CHECK(floats_of(run_operator("Clip", {x}, kF32, {3})) ==
        std::vector<float>{std::numeric_limits<float>::lowest(), std::numeric_limits<float>::max(), 1});
}
