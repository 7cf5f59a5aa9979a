// SPDX-License-Identifier: Apache-2.0
#include "compiler/tiling/tiling.hpp"

#include "catch.hpp"
#include "compiler/tiling/cost.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/matrix/problems.hpp"

namespace systole::compiler_test {
namespace {

using compiler::ColumnRun;
using compiler::MatrixProblem;
using compiler::TilingCandidate;
using compiler::TilingCost;
using compiler::TilingLimits;

TilingLimits limits_of(const MatrixProblem& p, const Chip& chip) {
  return compiler::buffer_share(p, chip, chip.activation_words()).limits;
}

}  // namespace

TEST_CASE("every candidate fits the buffers and the fields of the instructions, in order of its estimate") {
  for (const Chip& chip : odd_chips())
    for (const std::int64_t kernel : {1, 3, 7}) {
      MatrixProblem p = convolution({40, 50, 30, 33, {kernel, kernel}, {2, 1}}, chip);
      if (kernel == 3) add_residual(p, chip);
      const ColumnRun run = whole_run(p);
      const TilingLimits limits = limits_of(p, chip);
      const TilingCost cost(p, run, chip, limits);
      const std::vector<TilingCandidate> candidates = compiler::rank_tilings(p, run, chip, limits);
      INFO("chip " << chip.name << " kernel " << kernel);
      REQUIRE_FALSE(candidates.empty());
      double last = 0;
      for (const TilingCandidate& c : candidates) {
        CHECK(cost.activation_words(c.tiling) <= limits.activation_words);
        CHECK(cost.weight_words(c.tiling) <= chip.weight_words);
        CHECK(cost.residual_words(c.tiling) <= limits.residual_words);
        CHECK(c.tiling.rows * c.tiling.columns * c.tiling.column_blocks <= chip.accumulator_rows);
        CHECK(c.tiling.column_blocks <= limits.group_columns);
        CHECK(c.estimate.cycles >= last);
        CHECK(c.lower_bound <= c.estimate.cycles);
        last = c.estimate.cycles;
      }
    }
}

TEST_CASE(
    "of two tilings with one estimate the one with less work of the array is better, then that with fewer "
    "instructions") {
  CHECK(compiler::better({100, 50, 9}, {101, 40, 1}));
  CHECK(compiler::better({100, 40, 9}, {100, 50, 1}));
  CHECK(compiler::better({100, 40, 1}, {100, 40, 2}));
  CHECK_FALSE(compiler::better({100, 40, 1}, {100, 40, 1}));
}

TEST_CASE("where everything fits twice, all candidates do, so that loading overlaps computing") {
  const Chip chip = odd_chips().back();
  const MatrixProblem p = convolution({64, 64, 56, 56, {3, 3}}, chip);
  const ColumnRun run = whole_run(p);
  const TilingLimits limits = limits_of(p, chip);
  const TilingCost cost(p, run, chip, limits);
  for (const TilingCandidate& c : compiler::rank_tilings(p, run, chip, limits)) {
    CHECK(2 * cost.activation_words(c.tiling) <= limits.activation_words);
    CHECK(2 * cost.weight_words(c.tiling) <= chip.weight_words);
  }
}

TEST_CASE("a chip with one weight tile has one tile a chunk") {
  const Chip chip = make_chip("test", 4, 4, 4, 16, 4, 4, 4);
  const MatrixProblem p = convolution({40, 40, 5, 5, {3, 3}}, chip);
  for (const TilingCandidate& c : compiler::rank_tilings(p, whole_run(p), chip, limits_of(p, chip))) {
    CHECK(c.tiling.taps_y * c.tiling.taps_x * c.tiling.input_blocks * c.tiling.column_blocks == 1);
    CHECK(c.tiling.rows * c.tiling.columns <= 4);
  }
}

TEST_CASE("tiles have whole windows of a fused pooling") {
  const Chip chip = odd_chips().back();
  MatrixProblem p = convolution({16, 32, 14, 9, {3, 3}}, chip);
  p.window = {2, 3};
  for (const TilingCandidate& c : compiler::rank_tilings(p, whole_run(p), chip, limits_of(p, chip))) {
    CHECK(c.tiling.rows % 2 == 0);
    CHECK(c.tiling.columns % 3 == 0);
  }
}

}  // namespace systole::compiler_test
