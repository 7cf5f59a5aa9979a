// SPDX-License-Identifier: Apache-2.0
//
// Elements at places that a tensor tells: each operator is computed again by its definition, index by index.
#include "catch.hpp"
#include "sim/host/host_run.hpp"
#include "sim/network/element_types.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

std::vector<std::int64_t> wide(const HostTensor& tensor) {
  std::vector<std::int64_t> values;
  for (std::size_t i = 0; i < static_cast<std::size_t>(element_count(tensor.shape)); ++i)
    values.push_back(integer_at(tensor, i));
  return values;
}

HostTensor counting(const Shape& shape) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(element_count(shape)));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::int64_t>(i) + (std::int64_t{1} << 40);
  return int64_tensor(shape, values);
}

}  // namespace

TEST_CASE("GatherElements takes the place of the index along one axis, of the element along the others") {
  std::mt19937 random(1);
  const Shape x_shape = {3, 4, 5};
  const HostTensor x = counting(x_shape);
  for (std::int64_t axis = 0; axis < 3; ++axis) {
    Shape shape = {2, 3, 4};
    shape[static_cast<std::size_t>(axis)] = 6;
    std::vector<std::int64_t> indices;
    const auto size = static_cast<int>(x_shape[static_cast<std::size_t>(axis)]);
    for (std::int64_t i = 0; i < element_count(shape); ++i) indices.push_back(uniform(random, -size, size - 1));
    const HostTensor y = run_operator("GatherElements", {x, int64_tensor(shape, indices)}, ElementType::kInt64, shape,
                                      integers({{"axis", {axis - 3}}}));
    std::size_t n = 0;
    for (std::int64_t a = 0; a < shape[0]; ++a)
      for (std::int64_t b = 0; b < shape[1]; ++b)
        for (std::int64_t c = 0; c < shape[2]; ++c, ++n) {
          std::int64_t at[3] = {a, b, c};
          at[axis] = indices[n] < 0 ? indices[n] + size : indices[n];
          REQUIRE(wide(y)[n] == wide(x)[static_cast<std::size_t>((at[0] * 4 + at[1]) * 5 + at[2])]);
        }
  }
  CHECK_THROWS_WITH(run_operator("GatherElements", {x, int64_tensor({1, 1, 1}, {3})}, ElementType::kInt64, {1, 1, 1}),
                    Contains("index 3 is outside the dimension of 3"));
  CHECK_THROWS_WITH(run_operator("GatherElements", {x, int64_tensor({1, 1, 1}, {-4})}, ElementType::kInt64, {1, 1, 1}),
                    Contains("index -4"));
}

TEST_CASE("GatherND takes slices at vectors of indices, each batch its own") {
  const HostTensor x = counting({2, 3, 4});
  const auto base = wide(x)[0];
  const auto taken = [&](const Shape& shape, const std::vector<std::int64_t>& indices, const Shape& result,
                         std::int64_t batch) {
    std::vector<std::int64_t> values =
        wide(run_operator("GatherND", {x, int64_tensor(shape, indices)}, ElementType::kInt64, result,
                          integers({{"batch_dims", {batch}}})));
    for (std::int64_t& value : values) value -= base;
    return values;
  };
  using Values = std::vector<std::int64_t>;
  CHECK(taken({2, 2}, {1, 2, 0, -1}, {2, 4}, 0) == Values{20, 21, 22, 23, 8, 9, 10, 11});
  CHECK(taken({1, 3}, {1, 0, 3}, {1}, 0) == Values{15});
  CHECK(taken({2, 1}, {2, 0}, {2, 4}, 1) == Values{8, 9, 10, 11, 12, 13, 14, 15});
  CHECK(taken({2, 2, 2}, {0, 1, 1, 2, 2, 3, 0, 0}, {2, 2}, 1) == Values{1, 6, 23, 12});
  CHECK_THROWS_WITH(taken({1, 1}, {2}, {1, 3, 4}, 0), Contains("index 2 is outside the dimension of 2"));
}

TEST_CASE("ScatterElements updates in order, and adds, multiplies and compares in the type's own width") {
  const HostTensor x = byte_tensor(kI8, {2, 3}, {1, 2, 3, 4, 5, 100}), indices = int64_tensor({2, 2}, {0, 0, 2, -1}),
                   updates = byte_tensor(kI8, {2, 2}, {10, 20, 100, -7});
  const auto result = [&](const std::string& reduction) {
    Attributes attributes = integers({{"axis", {1}}});
    if (!reduction.empty()) attributes.strings["reduction"] = reduction;
    return integers_of(run_operator("ScatterElements", {x, indices, updates}, kI8, {2, 3}, attributes));
  };
  CHECK(result("") == std::vector<int>{20, 2, 3, 4, 5, -7});
  CHECK(result("add") == std::vector<int>{31, 2, 3, 4, 5, static_cast<std::int8_t>(193)});
  CHECK(result("mul") == std::vector<int>{static_cast<std::int8_t>(200), 2, 3, 4, 5, static_cast<std::int8_t>(-70000)});
  CHECK(result("max") == std::vector<int>{20, 2, 3, 4, 5, 100});
  CHECK(result("min") == std::vector<int>{1, 2, 3, 4, 5, -7});
  CHECK_THROWS_WITH(result("average"), Contains("reduction is 'average'; allowed are none, add, mul, max, min"));
}

TEST_CASE("ScatterND replaces or accumulates slices") {
  const HostTensor x = float_tensor({3, 2}, {1, 2, 3, 4, 5, 6}), indices = int64_tensor({2, 1}, {2, -3}),
                   updates = float_tensor({2, 2}, {10, 20, 30, 40});
  CHECK(floats_of(run_operator("ScatterND", {x, indices, updates}, kF32, {3, 2})) ==
        std::vector<float>{30, 40, 3, 4, 10, 20});
  Attributes add;
  add.strings["reduction"] = "add";
  CHECK(floats_of(run_operator("ScatterND", {x, indices, updates}, kF32, {3, 2}, add)) ==
        std::vector<float>{31, 42, 3, 4, 15, 26});
  CHECK_THROWS_WITH(run_operator("ScatterND", {x, int64_tensor({2, 1}, {3, 0}), updates}, kF32, {3, 2}),
                    Contains("index 3"));
}

TEST_CASE("OneHot turns on the place of each index, from the end too, and none for one outside") {
  const HostTensor values = byte_tensor(kI8, {2}, {-1, 7}), indices = int64_tensor({4}, {0, 2, -1, 3});
  CHECK(integers_of(run_operator("OneHot", {indices, values}, kI8, {4, 3})) ==
        std::vector<int>{7, -1, -1, -1, -1, 7, -1, -1, 7, -1, -1, -1});
  CHECK(integers_of(run_operator("OneHot", {indices, values}, kI8, {3, 4}, integers({{"axis", {0}}}))) ==
        std::vector<int>{7, -1, -1, -1, -1, -1, -1, -1, -1, 7, 7, -1});
  CHECK(integers_of(run_operator("OneHot", {float_tensor({2}, {1.75f, -4}), values}, kI8, {2, 3})) ==
        std::vector<int>{-1, 7, -1, -1, -1, -1});
}
