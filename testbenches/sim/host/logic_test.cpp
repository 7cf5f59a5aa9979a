// SPDX-License-Identifier: Apache-2.0
//
// Comparisons and choices.
#include <cmath>
#include <limits>

#include "catch.hpp"
#include "sim/host/host_run.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

constexpr ElementType kBool = ElementType::kBool;

HostTensor bools(const std::vector<int>& values) {
  return byte_tensor(kBool, {static_cast<std::int64_t>(values.size())}, values);
}

}  // namespace

TEST_CASE("operands are compared as numbers, with their signs") {
  const HostTensor a = byte_tensor(ElementType::kInt8, {3}, {-1, 0, 1}), b = byte_tensor(ElementType::kInt8, {1}, {0});
  const auto result = [&](const char* name) { return integers_of(run_operator(name, {a, b}, kBool, {3})); };
  CHECK(result("Less") == std::vector<int>{1, 0, 0});
  CHECK(result("LessOrEqual") == std::vector<int>{1, 1, 0});
  CHECK(result("Greater") == std::vector<int>{0, 0, 1});
  CHECK(result("GreaterOrEqual") == std::vector<int>{0, 1, 1});
  CHECK(result("Equal") == std::vector<int>{0, 1, 0});
  CHECK_THROWS_WITH(run_operator("Less", {a, float_tensor({1}, {0})}, kBool, {3}), Contains("different types"));
}

TEST_CASE("what is no number equals nothing, not itself either") {
  const HostTensor nan = float_tensor({1}, {std::nanf("")});
  CHECK(integers_of(run_operator("Equal", {nan, nan}, kBool, {1})) == std::vector<int>{0});
  CHECK(integers_of(run_operator("IsNaN", {nan}, kBool, {1})) == std::vector<int>{1});
}

TEST_CASE("truth tables") {
  const HostTensor a = bools({0, 0, 1, 1}), b = bools({0, 1, 0, 1});
  CHECK(integers_of(run_operator("And", {a, b}, kBool, {4})) == std::vector<int>{0, 0, 0, 1});
  CHECK(integers_of(run_operator("Or", {a, b}, kBool, {4})) == std::vector<int>{0, 1, 1, 1});
  CHECK(integers_of(run_operator("Xor", {a, b}, kBool, {4})) == std::vector<int>{0, 1, 1, 0});
  CHECK(integers_of(run_operator("Not", {a}, kBool, {4})) == std::vector<int>{1, 1, 0, 0});
}

TEST_CASE("infinities are found by their sign") {
  const float infinity = std::numeric_limits<float>::infinity();
  const HostTensor x = float_tensor({3}, {infinity, -infinity, 1});
  CHECK(integers_of(run_operator("IsInf", {x}, kBool, {3})) == std::vector<int>{1, 1, 0});
  CHECK(integers_of(run_operator("IsInf", {x}, kBool, {3}, integers({{"detect_negative", {0}}}))) ==
        std::vector<int>{1, 0, 0});
}

TEST_CASE("a condition chooses between two operands, each repeated to the result") {
  const HostTensor condition = bools({1, 0}), yes = float_tensor({2, 1}, {1, 2}), no = float_tensor({}, {9});
  CHECK(floats_of(run_operator("Where", {condition, yes, no}, ElementType::kFloat32, {2, 2})) ==
        std::vector<float>{1, 9, 2, 9});
}
