// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/refusals.hpp"

#include <cmath>
#include <limits>

#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"

namespace systole::compiler_test {
namespace {

Tensor tensor(ElementType type, const Shape& shape) {
  Tensor t;
  t.name = "t";
  t.type = type;
  t.shape = shape;
  return t;
}

}  // namespace

TEST_CASE("a scale for the chip is zero or a positive normal number") {
  for (const float good : {0.0f, 1.0f, std::numeric_limits<float>::min(), 1e30f}) CHECK(compiler::is_chip_scale(good));
  for (const float bad : {-0.0f, -1.0f, 1e-39f, INFINITY, std::nanf("")}) {
    CHECK_FALSE(compiler::is_chip_scale(bad));
    CHECK(compiler::refuse_scales({1.0f, bad}) != "");
  }
  CHECK(compiler::refuse_scales({0.0f, 2.0f}) == "");
}

TEST_CASE("a refused tensor is named with its type") {
  const Tensor good = tensor(ElementType::kUint8, {1, 2}), wide = tensor(ElementType::kInt32, {1, 2}),
               empty = tensor(ElementType::kInt8, {1, 0});
  CHECK(compiler::refuse_tensors({&good}) == "");
  CHECK(compiler::refuse_tensors({&good, &wide}) == "tensor 't' is int32, not int8 or uint8");
  CHECK(compiler::refuse_tensors({&empty}) == "tensor 't' is empty");
}

TEST_CASE("a weight tile fits up to the last word, and zero points of its own take one more") {
  Chip chip = odd_chips()[0];
  chip.weight_words = chip.array_rows;
  CHECK(compiler::refuse_weight_tile(chip, false) == "");
  CHECK(compiler::refuse_weight_tile(chip, true) == "a weight tile of 5 words exceeds weight_words = 4");
}

TEST_CASE("a clamp does no more than saturation if it has the whole range of the type") {
  const Tensor s = tensor(ElementType::kInt8, {1}), u = tensor(ElementType::kUint8, {1});
  CHECK(compiler::is_whole_range({-128, 127}, s));
  CHECK_FALSE(compiler::is_whole_range({-127, 127}, s));
  CHECK_FALSE(compiler::is_whole_range({-128, 127}, u));
  CHECK(compiler::is_whole_range({-128, 300}, u));
}

TEST_CASE("raw sums leave the chip as int32 and without a bias") {
  const Chip chip = odd_chips()[0];
  Tensor weight = tensor(ElementType::kInt8, {4, 4, 1, 1});
  weight.is_constant = true;
  const Tensor x = tensor(ElementType::kInt8, {1, 4, 2, 2}), byte = x, sums = tensor(ElementType::kInt32, {1, 4, 2, 2});
  const std::vector<std::int32_t> none, zeros = {0, 0, 0, 0}, bias = {0, 0, 1, 0};
  const std::vector<float> raw, scale = {1.0f};
  CHECK(compiler::refuse_weighted_sum({x, weight, sums, none, zeros, raw}, chip) == "");
  CHECK(compiler::refuse_weighted_sum({x, weight, sums, none, bias, raw}, chip) == "raw sums have a bias");
  CHECK(compiler::refuse_weighted_sum({x, weight, byte, none, none, raw}, chip) == "its raw sums are not int32");
  CHECK(compiler::refuse_weighted_sum({x, weight, sums, none, none, scale}, chip) == "its output is int32");
  CHECK(compiler::refuse_weighted_sum({x, x, byte, none, none, scale}, chip) == "its weights are not constant");
}

}  // namespace systole::compiler_test
