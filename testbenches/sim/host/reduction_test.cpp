// SPDX-License-Identifier: Apache-2.0
//
// Reductions of integers; those of floats are in elementwise_test and in ONNX's own tests.
#include <limits>

#include "catch.hpp"
#include "sim/host/host_run.hpp"
#include "sim/network/element_types.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("integers are reduced exactly, in all of their bits") {
  constexpr std::int64_t kLarge = std::int64_t{1} << 60;  // float64 does not have its neighbors
  const HostTensor x = int64_tensor({2, 2}, {kLarge, kLarge + 1, -7, 4});
  const auto result = [&](const std::string& name) {
    const HostTensor y =
        run_operator(name, {x}, ElementType::kInt64, {2}, integers({{"axes", {1}}, {"keepdims", {0}}}));
    return std::vector<std::int64_t>{integer_at(y, 0), integer_at(y, 1)};
  };
  using Values = std::vector<std::int64_t>;
  CHECK(result("ReduceMax") == Values{kLarge + 1, 4});
  CHECK(result("ReduceMin") == Values{kLarge, -7});
  CHECK(result("ReduceSum") == Values{2 * kLarge + 1, -3});
  CHECK(result("ReduceMean") == Values{kLarge, -1});  // drops the fraction, towards zero
  CHECK(result("ReduceL1") == Values{2 * kLarge + 1, 11});
  CHECK(result("ReduceProd") == Values{kLarge, -28});  // wraps: 2^120 + 2^60
  CHECK(result("ReduceSumSquare") == Values{2 * kLarge + 1, 65});
}

TEST_CASE("bytes are compared with their own sign") {
  CHECK(integers_of(run_operator("ReduceMax", {byte_tensor(kI8, {3}, {-3, -128, -1})}, kI8, {1})) ==
        std::vector<int>{-1});
  CHECK(integers_of(run_operator("ReduceMax", {byte_tensor(kU8, {3}, {3, 255, 1})}, kU8, {1})) ==
        std::vector<int>{255});
  CHECK(integers_of(run_operator("ReduceMin", {byte_tensor(kI8, {3}, {-3, -128, 1})}, kI8, {1})) ==
        std::vector<int>{-128});
}

TEST_CASE("an axis that the input does not have is refused") {
  const HostTensor x = int64_tensor({2}, {1, 2});
  CHECK_THROWS_WITH(run_operator("ReduceSum", {x}, ElementType::kInt64, {1}, integers({{"axes", {1}}})),
                    Contains("axis"));
}
