// SPDX-License-Identifier: Apache-2.0
#include "compiler/matrix/buffer_share.hpp"

#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/matrix/problems.hpp"

namespace systole::compiler_test {
namespace {

using compiler::BufferShare;
using compiler::MatrixProblem;
using compiler::StoreUnit;

// rows, cols, lanes, bank words, weight words, accumulator rows, parameter words
Chip chip_of(std::uint32_t rows, std::uint32_t cols, std::uint32_t parameter_words) {
  return make_chip("test", rows, cols, 2, 32, 128, 32, parameter_words);
}

}  // namespace

TEST_CASE("a store takes a whole group where a channel block fits the array and the parameters fit twice") {
  const Chip chip = chip_of(8, 8, 8);  // half of the parameters: 8 channels
  const StoreUnit unit = compiler::store_unit(convolution({8, 16}, chip), chip);
  CHECK(unit.one_store);
  CHECK(unit.group_parameters);
  CHECK(unit.channels == 8);
}

TEST_CASE("a store is a part of a channel block where the array is narrower") {
  const Chip chip = chip_of(8, 4, 8);
  const StoreUnit unit = compiler::store_unit(convolution({8, 16}, chip), chip);
  CHECK_FALSE(unit.one_store);
  CHECK(unit.channels == 4);
}

TEST_CASE("a store is as wide as half of the parameter buffer where that is smaller than a channel block") {
  const Chip chip = chip_of(8, 8, 4);
  MatrixProblem p = convolution({8, 16}, chip);
  CHECK(compiler::store_unit(p, chip).channels == 4);
  CHECK_FALSE(compiler::store_unit(p, chip).group_parameters);
  CHECK_FALSE(compiler::store_unit(p, chip).one_store);
  make_raw(p, chip);  // raw sums need no parameters
  CHECK(compiler::store_unit(p, chip).channels == 8);
  CHECK(compiler::store_unit(p, chip).one_store);
}

TEST_CASE("groups are limited by the parameters that fit twice, and those of raw sums are not") {
  const Chip chip = chip_of(8, 8, 32);  // half of the parameters: 32 channels
  MatrixProblem p = convolution({8, 64}, chip);
  CHECK(compiler::buffer_share(p, chip, chip.activation_words()).limits.group_columns == 4);
  make_raw(p, chip);
  CHECK(compiler::buffer_share(p, chip, chip.activation_words()).limits.group_columns > 1000);
}

TEST_CASE("windows of the input lie anywhere in a free buffer, otherwise within the free words") {
  const Chip chip = chip_of(8, 8, 32);
  const MatrixProblem p = convolution({8, 8}, chip);
  const BufferShare all = compiler::buffer_share(p, chip, 4 * 32), three = compiler::buffer_share(p, chip, 3 * 32);
  CHECK_FALSE(all.activation_zone);
  CHECK(all.limits.activation_words == 4 * 32);
  CHECK(all.limits.residual_words == 0);
  REQUIRE(three.activation_zone);
  CHECK(three.activation_zone->low == 0);
  CHECK(three.activation_zone->high == 3 * 32);
  CHECK(three.limits.activation_words == 3 * 32);
}

TEST_CASE("a residual operand in DRAM has the last free bank for itself, one in the buffer needs none") {
  const Chip chip = chip_of(8, 8, 32);
  MatrixProblem p = convolution({8, 8}, chip);
  add_residual(p, chip);
  const BufferShare share = compiler::buffer_share(p, chip, 3 * 32);
  REQUIRE(share.residual_zone);
  CHECK(share.residual_zone->low == 2 * 32);
  CHECK(share.residual_zone->high == 3 * 32);
  CHECK(share.activation_zone->high == 2 * 32);
  CHECK(share.limits.activation_words == 2 * 32);
  CHECK(share.limits.residual_words == 32);
  p.residual->operand.on_chip = true;
  CHECK_FALSE(compiler::buffer_share(p, chip, 4 * 32).residual_zone);
}

}  // namespace systole::compiler_test
