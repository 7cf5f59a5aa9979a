// SPDX-License-Identifier: Apache-2.0
#include "compiler/tiling/cost.hpp"

#include <algorithm>
#include <utility>

#include "chip/timing.hpp"
#include "compiler/plan/arithmetic.hpp"
#include "isa/instruction.hpp"

namespace systole::compiler {
namespace {

// Cycles between the instructions of one engine that no overlap hides.
constexpr double kInstructionCycles = 10;

// From the last group that a store reads to its retirement, without the memory's latency.
constexpr double kStoreTailCycles = 30;

// Loads that a buffer must have room for beside what stays in it: of the item that is computed next.
constexpr double kLoadedAhead = 1;

}  // namespace

std::int64_t window_row_words(const MatrixProblem& p, const Tiling& t) {
  return (t.columns - 1) * p.stride[1] + (t.taps_x - 1) * p.dilation[1] + 1;
}

TilingCost::TilingCost(const MatrixProblem& problem, const ColumnRun& run, const Chip& chip, const TilingLimits& limits)
    : problem_(problem),
      run_(run),
      chip_(chip),
      memory_(memory_estimate(chip)),
      limits_(limits),
      tile_words_(chip.array_rows + (problem.zero_point_by_column() ? 1 : 0)) {}

std::int64_t TilingCost::activation_words(const Tiling& t) const {
  if (problem_.in.on_chip) return 0;
  const std::int64_t rows = line_count(t.rows, problem_.stride[0], t.taps_y, problem_.dilation[0]);
  return (t.input_blocks + (t.column_blocks - 1) * run_.step) * rows * window_row_words(problem_, t);
}

std::int64_t TilingCost::weight_words(const Tiling& t) const {
  return t.column_blocks * t.taps_y * t.taps_x * t.input_blocks * tile_words_;
}

std::int64_t TilingCost::residual_words(const Tiling& t) const {
  if (limits_.residual_words == 0) return 0;
  // One block more where column blocks are smaller than channel blocks and may straddle them.
  const std::int64_t straddle = chip_.array_cols < chip_.array_rows && t.column_blocks > 1 ? 1 : 0;
  return t.rows * t.columns * (ceil_div(t.column_blocks * chip_.array_cols, chip_.array_rows) + straddle);
}

CostEstimate TilingCost::estimate(const Tiling& t) const {
  const Loops l = loops_of(t);
  const LoadPhases activations = activation_loads(t, l), weights = weight_loads(t, l);
  // The first tile, or with the columns outside the first group, brings in what the others find in the buffers.
  const double first = 1 / (t.columns_outer ? l.groups : l.tiles);
  const Loads early = activations.early + weights.early, late = activations.late + weights.late;
  const double cycles = phase_cycles(l, early, first) + phase_cycles(l, late, 1 - first);

  // The first block of weights and the first window come before the first pass; the last outputs leave behind the last one.
  const double head = static_cast<double>(activation_words(t) + weight_words(t)) + memory_.read_latency;
  const double tail = l.positions * t.column_blocks * column_block_groups() + drain_cycles();
  return {head + cycles + tail, run_.count * l.taps * l.pass_cycles,
          early.count + late.count + l.jobs * (l.chunks + 1)};
}

// A share of the run's work, with these loads.
double TilingCost::phase_cycles(const Loops& l, const Loads& loads, double share) const {
  const double jobs = share * l.jobs, column_blocks = share * run_.count;
  const double compute = column_blocks * l.taps * l.pass_cycles + jobs * l.chunks * kInstructionCycles;
  const double store = column_blocks * column_block_groups() * l.all_positions + jobs * kInstructionCycles;
  const double loaded_bytes = loads.bytes + share * residual_bytes(l), stored_bytes = share * output_bytes(l);
  const double load = std::max(loaded_bytes / memory_.read_bytes, loads.words) + loads.count * kInstructionCycles;
  const double instructions = loads.count + jobs * (l.chunks + 1);
  const double memory = std::max((loaded_bytes + stored_bytes + instructions * isa::kInstructionBytes) / memory_.bytes,
                                 stored_bytes / memory_.write_bytes);
  // An accumulator bank is computed, stored and free again in turn; two banks halve that loop. What no overlap hides in
  // it is the array's drain and the way of the last output to DRAM and back.
  const double banks = (compute + store + jobs * drain_cycles()) / 2;
  return std::max({compute, store, load, memory, banks});
}

// Of post-processing for a position of a column block.
double TilingCost::column_block_groups() const { return chip_.array_cols / chip_.post_lanes; }

// From the last activation that enters the array to the retirement of a store that has one group left.
double TilingCost::drain_cycles() const {
  return chip_.array_rows + chip_.array_cols + kStoreTailCycles + memory_.write_latency;
}

double TilingCost::lower_bound(const Tiling& t) const {
  const double positions = static_cast<double>(problem_.out.images) * problem_.sum_rows() * problem_.sum_columns();
  const double taps = static_cast<double>(problem_.kernel[0]) * problem_.kernel[1] * run_.inputs.count;
  return std::max(run_.count * taps * std::max(positions, tiles_of(t) * pass_cycles(0)), (run_.count - 1) * positions);
}

TilingCost::Loops TilingCost::loops_of(const Tiling& t) const {
  Loops l;
  l.tiles = tiles_of(t);
  l.groups = ceil_div(run_.count, t.column_blocks);
  l.chunks = static_cast<double>(ceil_div(problem_.kernel[0], t.taps_y)) * ceil_div(problem_.kernel[1], t.taps_x) *
             ceil_div(run_.inputs.count, t.input_blocks);
  l.jobs = l.tiles * l.groups;
  l.taps = static_cast<double>(problem_.kernel[0]) * problem_.kernel[1] * run_.inputs.count;
  l.positions = static_cast<double>(t.rows) * t.columns;
  l.all_positions = static_cast<double>(problem_.out.images) * problem_.sum_rows() * problem_.sum_columns();
  // Whole tiles, and those at the lower and right edges.
  const std::int64_t rows = problem_.sum_rows(), columns = problem_.sum_columns();
  for (const auto& [down, height] : {std::pair(rows / t.rows, t.rows), std::pair(std::int64_t{1}, rows % t.rows)})
    for (const auto& [across, width] :
         {std::pair(columns / t.columns, t.columns), std::pair(std::int64_t{1}, columns % t.columns)})
      if (height != 0 && width != 0)
        l.pass_cycles +=
            static_cast<double>(problem_.out.images * down * across) * pass_cycles(static_cast<double>(height * width));
  return l;
}

double TilingCost::tiles_of(const Tiling& t) const {
  return static_cast<double>(problem_.out.images) * ceil_div(problem_.sum_rows(), t.rows) *
         ceil_div(problem_.sum_columns(), t.columns);
}

// Of the array for one weight tile, without the cycle for zero points by column.
double TilingCost::pass_cycles(double positions) const { return PassTiming(chip_).cycles(positions, false); }

TilingCost::LoadPhases TilingCost::activation_loads(const Tiling& t, const Loops& l) const {
  if (problem_.in.on_chip) return {};
  const double window = static_cast<double>(activation_words(t)) * l.all_positions / (l.tiles * l.positions);
  // Windows that the next group of a tile, or the next pass over all tiles, finds in the buffer.
  const double reused = (t.columns_outer ? l.tiles : 1) * l.chunks;
  const bool fit = (reused + kLoadedAhead) * static_cast<double>(activation_words(t)) <=
                   static_cast<double>(limits_.activation_words);
  const bool stay = l.groups == 1 || (fit && run_.step == 0);
  const double count = stay ? l.tiles * l.chunks : l.jobs * l.chunks;
  const Loads all = {count, count * window, count * window * chip_.activation_word_bytes()};
  return phases(all, t.columns_outer ? (stay ? 1 : 1 / l.groups) : 1 / l.tiles);
}

TilingCost::LoadPhases TilingCost::weight_loads(const Tiling& t, const Loops& l) const {
  const double run_words = run_.count * l.taps * tile_words_;
  const double sets =
      problem_.right ? static_cast<double>(problem_.out.images) : 1;  // a MatMul has others for each image
  // Blocks that the next tile finds in the buffer.
  const double reused = (t.columns_outer ? 1 : l.groups) * l.chunks;
  const bool fit = (reused + kLoadedAhead) * static_cast<double>(weight_words(t)) <= chip_.weight_words;
  const bool stay = l.tiles == sets || run_words <= chip_.weight_words || fit;
  const double count = (stay ? sets : l.tiles) * l.groups * l.chunks, words = (stay ? sets : l.tiles) * run_words;
  const bool diagonals = problem_.diagonal && chip_.array_rows <= chip_.array_cols && !problem_.zero_point_by_column();
  const Loads all = {count, words, words * (diagonals ? chip_.operand_bytes() : chip_.weight_word_bytes())};
  return phases(all, t.columns_outer ? 1 / l.groups : 1 / (stay ? sets : l.tiles));
}

double TilingCost::residual_bytes(const Loops& l) const {
  const bool loaded = problem_.residual && !problem_.residual->operand.on_chip;
  return loaded ? l.all_positions * run_.count * chip_.weight_word_bytes() : 0;
}

double TilingCost::output_bytes(const Loops& l) const {
  if (problem_.out.on_chip) return 0;
  const std::int64_t sums_of_an_output = problem_.window[0] * problem_.window[1];
  return l.all_positions / sums_of_an_output * run_.count * chip_.array_cols * problem_.output_bytes();
}

}  // namespace systole::compiler
