// SPDX-License-Identifier: Apache-2.0
//
// What a tiling is said to cost, held against what it costs: the loads of its items, and the cycles of a trial.
#include "compiler/tiling/cost.hpp"

#include <algorithm>

#include "catch.hpp"
#include "compiler/emit/emit.hpp"
#include "compiler/matrix/matrix_lowering.hpp"
#include "compiler/tiling/tiling.hpp"
#include "compiler/tiling/trial.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/matrix/problems.hpp"

namespace systole::compiler_test {
namespace {

using compiler::ColumnRun;
using compiler::ConstantPool;
using compiler::Item;
using compiler::ItemBuilder;
using compiler::MatrixProblem;
using compiler::Request;
using compiler::Tiling;
using compiler::TilingCandidate;
using compiler::TilingCost;
using compiler::TilingLimits;

std::vector<MatrixProblem> matrix_problems(const Chip& chip) {
  std::vector<MatrixProblem> all = {
      convolution({20, 30, 9, 10, {3, 3}}, chip), convolution({9, 12, 8, 8, {1, 1}}, chip),
      convolution({12, 20, 6, 7, {3, 2}, {2, 2}}, chip), depthwise({40, 40, 8, 8, {3, 3}}, chip)};
  all.push_back(all[1]);
  add_residual(all.back(), chip);
  all.push_back(all[0]);
  all.back().weight_zero_point.resize(30);
  all.back().weight_zero_point[1] = 1;
  return all;
}

}  // namespace

TEST_CASE("no load of a tiling is larger than its words, and the largest is as large") {
  for (const Chip& chip : odd_chips())
    for (const MatrixProblem& p : matrix_problems(chip)) {
      const ColumnRun run = whole_run(p);
      const TilingLimits limits = compiler::buffer_share(p, chip, chip.activation_words()).limits;
      const TilingCost cost(p, run, chip, limits);
      const Tiling tiling = compiler::rank_tilings(p, run, chip, limits).front().tiling;
      ConstantPool counting = ConstantPool(64).sizes_only(), parameters = counting;
      ItemBuilder items(chip, counting, parameters);
      items.begin_node(0);
      compiler::MatrixLowering(items, p).lower(run, tiling);
      std::int64_t weights = 0, activations = 0, residuals = 0;
      for (const Item& item : items.list())
        for (std::size_t r = 0; r < item.requests.size(); ++r) {
          const std::int64_t words = item.requests[r].words;
          if (item.requests[r].load.buffer == isa::Buffer::kWeight) weights = std::max(weights, words);
          if (item.matrix && item.matrix_activation == r) activations = std::max(activations, words);
          if (item.store && item.store_residual == r) residuals = std::max(residuals, words);
        }
      INFO("chip " << chip.name << ", " << p.channels_out << " channels, kernel " << p.kernel[0]);
      CHECK(weights == cost.weight_words(tiling));
      CHECK(activations == cost.activation_words(tiling));
      CHECK(residuals <= cost.residual_words(tiling));  // which allows for column blocks that straddle channel blocks
    }
}

TEST_CASE("an input in the activation buffer takes no words") {
  const Chip chip = odd_chips().back();
  MatrixProblem p = convolution({16, 16, 8, 8}, chip);
  p.in.on_chip = true;
  const ColumnRun run = whole_run(p);
  const TilingLimits limits;
  CHECK(TilingCost(p, run, chip, limits).activation_words(whole_tiling(p, run)) == 0);
}

TEST_CASE("no trial is shorter than its lower bound") {
  for (const Chip& chip : odd_chips())
    for (const MatrixProblem& p : matrix_problems(chip)) {
      const ColumnRun run = whole_run(p);
      const compiler::TilingKey key = compiler::tiling_key(p, run, chip.activation_words());
      const auto candidates =
          compiler::rank_tilings(p, run, chip, compiler::buffer_share(p, chip, chip.activation_words()).limits);
      for (std::size_t c = 0; c < candidates.size(); c += 1 + candidates.size() / 4) {
        const auto cycles =
            compiler::trial_cycles(key, compiler::trial_addresses(p), chip, candidates[c].tiling, 10'000'000);
        INFO("chip " << chip.name << ", " << p.channels_out << " channels, candidate " << c);
        REQUIRE(cycles);
        CHECK(static_cast<double>(*cycles) > candidates[c].lower_bound);
      }
    }
}

TEST_CASE("on edge16 the estimate of the best tiling is within 20 percent of its trial") {
  const Chip chip = odd_chips().back();
  for (const std::int64_t kernel : {1, 3}) {
    const MatrixProblem p = convolution({64, 64, 28, 28, {kernel, kernel}}, chip);
    const ColumnRun run = whole_run(p);
    const TilingCandidate best =
        compiler::rank_tilings(p, run, chip, compiler::buffer_share(p, chip, chip.activation_words()).limits).front();
    const auto cycles = compiler::trial_cycles(compiler::tiling_key(p, run, chip.activation_words()),
                                               compiler::trial_addresses(p), chip, best.tiling, 10'000'000);
    REQUIRE(cycles);
    CHECK(best.estimate.cycles > 0.8 * static_cast<double>(*cycles));
    CHECK(best.estimate.cycles < 1.2 * static_cast<double>(*cycles));
  }
}

TEST_CASE("on every kind of memory the best tilings of the estimate are within 15 percent of the best of all") {
  Chip chip = make_chip("test", 32, 32, 8, 1024, 512, 256, 256);
  chip.axi_data_bits = 512;
  chip.axi_burst_bytes = 512;
  chip.load_outstanding = 16;
  std::vector<std::string> kinds = {"ideal"};
  for (const std::string_view kind : memory::dram_kind_names()) kinds.emplace_back(kind);
  for (const std::string& kind : kinds) {
    chip.memory = memory_of_kind(kind);
    for (const ProblemShape& shape : {ProblemShape{256, 256, 1, 128}, ProblemShape{128, 96, 14, 14, {3, 3}}}) {
      const MatrixProblem p = convolution(shape, chip);
      const ColumnRun run = whole_run(p);
      const compiler::TilingKey key = compiler::tiling_key(p, run, chip.activation_words());
      std::uint64_t best = UINT64_MAX, first = 0;
      std::size_t tried = 0;
      for (const TilingCandidate& c :
           compiler::rank_tilings(p, run, chip, compiler::buffer_share(p, chip, chip.activation_words()).limits)) {
        if (const auto cycles = compiler::trial_cycles(key, compiler::trial_addresses(p), chip, c.tiling, best))
          best = std::min(best, *cycles);
        if (++tried == 3) first = best;
      }
      CAPTURE(kind, shape.kernel[0], tried);
      CHECK(static_cast<double>(first) <= 1.15 * static_cast<double>(best));
    }
  }
}

TEST_CASE("pieces of a tile that stay in their buffer are loaded once, in both orders of the loops") {
  const Chip chip = odd_chips().back();
  // 64 x 64 channels on 16 x 16: four groups, two chunks of the sum, all of it small enough to stay.
  const MatrixProblem p = convolution({64, 64, 1, 64}, chip);
  const ColumnRun run = whole_run(p);
  for (const bool columns_outer : {false, true}) {
    const Tiling tiling = {1, 16, 1, 1, 1, 2, columns_outer};
    ConstantPool counting = ConstantPool(64).sizes_only(), parameters = counting;
    ItemBuilder items(chip, counting, parameters);
    items.begin_node(0);
    compiler::MatrixLowering(items, p).lower(run, tiling);
    std::size_t loads = 0;
    const auto program = compiler::emit(items.list(), {}, chip);
    for (const auto& e : program)
      if (const auto* load = std::get_if<isa::Load>(&e.instruction)) loads += load->buffer != isa::Buffer::kParameter;
    const TilingLimits limits = compiler::buffer_share(p, chip, chip.activation_words()).limits;
    const double others = 4 * 4 * (2 + 1);  // matrix instructions and stores
    CAPTURE(columns_outer);
    CHECK(TilingCost(p, run, chip, limits).estimate(tiling).instructions - others ==
          Approx(static_cast<double>(loads)));
  }
}

}  // namespace systole::compiler_test
