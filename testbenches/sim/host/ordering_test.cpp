// SPDX-License-Identifier: Apache-2.0
//
// Operators in which the order of elements along a dimension has a meaning.
#include <cmath>
#include <limits>

#include "catch.hpp"
#include "sim/host/host_run.hpp"
#include "sim/network/element_types.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

std::vector<HostTensor> top(const HostTensor& x, const Shape& shape, const Attributes& attributes = {}) {
  return run_operator(
      "TopK", {x},
      std::vector<HostTensor>{make_host_tensor(x.type, shape), make_host_tensor(ElementType::kInt64, shape)},
      attributes);
}

}  // namespace

TEST_CASE("TopK sorts, and among equals the first comes first") {
  const HostTensor x = float_tensor({2, 4}, {3, 5, 5, -1, -2, -2, -8, 0});
  const auto largest = top(x, {2, 3}), smallest = top(x, {2, 2}, integers({{"largest", {0}}}));
  CHECK(floats_of(largest[0]) == std::vector<float>{5, 5, 3, 0, -2, -2});
  CHECK(integers_of(largest[1]) == std::vector<int>{1, 2, 0, 3, 0, 1});
  CHECK(floats_of(smallest[0]) == std::vector<float>{-1, 3, -8, -2});
  CHECK(integers_of(smallest[1]) == std::vector<int>{3, 0, 2, 0});
  const auto down = top(x, {1, 4}, integers({{"axis", {-2}}}));
  CHECK(integers_of(down[1]) == std::vector<int>{0, 0, 0, 1});
  CHECK_THROWS_WITH(top(x, {2, 5}), Contains("5 elements asked for of a dimension of 4"));
  CHECK_THROWS_WITH(top(x, {2, 4}, integers({{"axis", {2}}})), Contains("axis"));
}

TEST_CASE("TopK compares integers in all of their bits, and takes what is no number for the largest") {
  constexpr std::int64_t kLarge = std::numeric_limits<std::int64_t>::max();
  const auto y = top(int64_tensor({3}, {kLarge - 1, kLarge, kLarge - 2}), {2});
  CHECK(integers_of(y[1]) == std::vector<int>{1, 0});
  const float nan = std::nanf("");
  const auto odd = top(float_tensor({4}, {1, nan, std::numeric_limits<float>::infinity(), nan}), {3});
  CHECK(integers_of(odd[1]) == std::vector<int>{1, 3, 2});
}

TEST_CASE("a cumulative sum counts forward or back, with or without the element itself") {
  const HostTensor x = int64_tensor({2, 3}, {1, 2, 3, 4, 5, std::numeric_limits<std::int64_t>::max()});
  const auto sum = [&](std::int64_t exclusive, std::int64_t reverse, std::int64_t axis) {
    return run_operator("CumSum", {x}, ElementType::kInt64, {2, 3},
                        integers({{"exclusive", {exclusive}}, {"reverse", {reverse}}, {"axis", {axis}}}));
  };
  const auto first_row = [](const HostTensor& y) {
    return std::vector<std::int64_t>{integer_at(y, 0), integer_at(y, 1), integer_at(y, 2)};
  };
  using Values = std::vector<std::int64_t>;
  CHECK(first_row(sum(0, 0, 1)) == Values{1, 3, 6});
  CHECK(first_row(sum(1, 0, -1)) == Values{0, 1, 3});
  CHECK(first_row(sum(0, 1, 1)) == Values{6, 5, 3});
  CHECK(first_row(sum(1, 1, 1)) == Values{5, 3, 0});
  CHECK(integer_at(sum(0, 0, 0), 3) == 5);
  // Integers wrap.
  CHECK(integer_at(sum(0, 0, 1), 5) == std::numeric_limits<std::int64_t>::min() + 8);
}

TEST_CASE("Hardmax marks the first of the largest, over one dimension or over all from the axis on") {
  const HostTensor x = float_tensor({2, 2, 2}, {1, 4, 4, 2, -3, -1, -1, -1});
  CHECK(floats_of(run_operator("Hardmax", {x}, kF32, x.shape)) == std::vector<float>{0, 1, 1, 0, 0, 1, 1, 0});
  CHECK(floats_of(run_operator("Hardmax", {x}, kF32, x.shape, integers({{"axis", {1}}}))) ==
        std::vector<float>{0, 1, 1, 0, 0, 1, 1, 0});
  CHECK(floats_of(run_operator("Hardmax", {x}, kF32, x.shape, integers({{"flattens", {1}}}))) ==
        std::vector<float>{0, 1, 0, 0, 0, 1, 0, 0});
}

TEST_CASE("the first steps of each sequence are reversed") {
  const HostTensor x = byte_tensor(kU8, {3, 2}, {0, 1, 2, 3, 4, 5});
  CHECK(integers_of(run_operator("ReverseSequence", {x, int64_tensor({2}, {3, 2})}, kU8, {3, 2})) ==
        std::vector<int>{4, 3, 2, 1, 0, 5});
  const Attributes rows = integers({{"batch_axis", {0}}, {"time_axis", {1}}});
  CHECK(integers_of(run_operator("ReverseSequence", {x, int64_tensor({3}, {2, 1, 0})}, kU8, {3, 2}, rows)) ==
        std::vector<int>{1, 0, 2, 3, 4, 5});
  CHECK_THROWS_WITH(run_operator("ReverseSequence", {x, int64_tensor({2}, {4, 2})}, kU8, {3, 2}),
                    Contains("length 4, allowed are 0 to 3"));
  CHECK_THROWS_WITH(
      run_operator("ReverseSequence", {x, int64_tensor({2}, {1, 1})}, kU8, {3, 2}, integers({{"time_axis", {1}}})),
      Contains("one of each"));
}
