// SPDX-License-Identifier: Apache-2.0
#include "compiler/matrix/tiling.hpp"

#include <algorithm>
#include <set>

#include "compiler/matrix/assumed_memory.hpp"
#include "compiler/plan/arithmetic.hpp"
#include "support/error.hpp"

namespace systole::compiler {
namespace {

// Cycles between the instructions of one engine that no overlap hides, and from a store's last
// write to its retirement.
constexpr double kInstructionCycles = 10;

// From the last group that a store reads to its retirement, without the memory's latency.
constexpr double kStoreTailCycles = 30;

// Fields of the load instruction.
constexpr std::int64_t kMaxRunBytes = (1 << 24) - 1, kMaxRows = 65535;

std::int64_t line_words(const MatrixProblem& p, const Tiling& t) {
  return (t.columns - 1) * p.stride[1] + (t.taps_x - 1) * p.dilation[1] + 1;
}

// About eight sizes from 1 to `most`, each the smallest that needs no more pieces to cover
// `extent`.
std::vector<std::int64_t> sizes(std::int64_t extent, std::int64_t most) {
  std::set<std::int64_t> found;
  most = std::clamp<std::int64_t>(most, 1, extent);
  for (std::int64_t s = most;; s /= 2) {
    for (std::int64_t v : {s, s - s / 4})
      if (v >= 1) found.insert(ceil_div(extent, ceil_div(extent, v)));
    if (s <= 1) break;
  }
  return {found.rbegin(), found.rend()};
}

class Chooser {
 public:
  Chooser(const MatrixProblem& p, const ColumnRun& run, const Chip& chip, const TilingLimits& limits)
      : p_(p), run_(run), chip_(chip), memory_(assumed_memory(chip.memory)), limits_(limits) {
    tile_words_ = chip.array_rows + (all_equal(p.weight_zero_point) ? 0 : 1);
    most_rows_ = std::min<std::int64_t>(chip.accumulator_rows, 32768);  // 16-bit counts of the store
  }

  std::vector<TilingCandidate> ranked() {
    for (const int pieces : {2, 1}) {  // two pieces of each kind at a time overlap loading and computing
      activation_limit_ = std::max<std::int64_t>(limits_.activation_words / pieces, 1);
      residual_limit_ = limits_.residual_words / pieces;
      weight_limit_ = std::min<std::int64_t>(chip_.weight_words / pieces, kMaxRunBytes / chip_.array_cols);
      search();
      if (found_.empty()) continue;
      std::stable_sort(found_.begin(), found_.end(),
                       [](const TilingCandidate& a, const TilingCandidate& b) { return a.estimate < b.estimate; });
      return std::move(found_);
    }
    throw InternalError("a matrix problem has no tiling");
  }

 private:
  void search() {
    const auto [window_y, window_x] = p_.window;  // a tile has whole windows
    for (std::int64_t x : sizes(p_.out.width, most_rows_ / (window_y * window_x)))
      for (std::int64_t y : sizes(p_.out.height, most_rows_ / (x * window_y * window_x)))
        for (std::int64_t blocks : sizes(run_.inputs.count, run_.inputs.count))
          search_taps({y * window_y, x * window_x, 1, p_.kernel[0], p_.kernel[1], blocks, false});
  }

  void search_taps(Tiling t) {
    // Whole kernels if they fit, then kernel rows, then parts of a row.
    for (std::int64_t taps_y : sizes(p_.kernel[0], p_.kernel[0]))
      for (std::int64_t taps_x :
           taps_y == 1 ? sizes(p_.kernel[1], p_.kernel[1]) : std::vector<std::int64_t>{p_.kernel[1]}) {
        t.taps_y = taps_y;
        t.taps_x = taps_x;
        const std::int64_t most_columns = std::min(limits_.group_columns, most_rows_ / (t.rows * t.columns));
        bool fits = false;
        for (std::int64_t columns : sizes(run_.count, most_columns)) {
          t.column_blocks = columns;
          if (!fields_hold(t) || activation_piece_words(p_, run_, t) > activation_limit_ ||
              weight_piece_words(t) > weight_limit_ || residual_piece_words(t) > residual_limit_)
            continue;
          fits = true;
          for (bool columns_outer : {false, true}) {
            t.columns_outer = columns_outer;
            found_.push_back(estimate(t));
          }
        }
        if (fits) return;  // smaller chunks only cost more
      }
  }

  bool fields_hold(const Tiling& t) const {
    const std::int64_t line = line_words(p_, t), blocks = t.input_blocks + (t.column_blocks - 1) * run_.step;
    return line_count(t.rows, p_.stride[0], t.taps_y, p_.dilation[0]) <= kMaxRows && line <= kMaxRows &&
           line * chip_.array_rows <= kMaxRunBytes && blocks <= kMaxRows && blocks * chip_.array_rows <= kMaxRunBytes;
  }

  std::int64_t residual_piece_words(const Tiling& t) const {
    if (limits_.residual_words == 0) return 0;
    // One block more where column blocks are smaller than channel blocks and may straddle them.
    const std::int64_t straddle = chip_.array_cols < chip_.array_rows && t.column_blocks > 1 ? 1 : 0;
    return t.rows * t.columns * (ceil_div(t.column_blocks * chip_.array_cols, chip_.array_rows) + straddle);
  }

  double tiles_of(const Tiling& t) const {
    return static_cast<double>(p_.out.images) * ceil_div(p_.sum_rows(), t.rows) * ceil_div(p_.sum_columns(), t.columns);
  }

  std::int64_t weight_piece_words(const Tiling& t) const {
    return t.column_blocks * t.taps_y * t.taps_x * t.input_blocks * tile_words_;
  }

  // What the array and post-processing take at least: the tiles at the edges are smaller than the others, so nothing is counted that
  // might not be there.
  double smallest_bound(const Tiling& t) const {
    const double positions = static_cast<double>(p_.out.images) * p_.sum_rows() * p_.sum_columns();
    const double tiles = tiles_of(t);
    const double shortest = std::max<double>(chip_.array_rows, chip_.acc_latency + 1.0);
    const double taps = static_cast<double>(p_.kernel[0]) * p_.kernel[1] * run_.inputs.count;
    return std::max(run_.count * taps * std::max(positions, tiles * shortest), (run_.count - 1) * positions);
  }

  // Cycles of the run: the slowest of array, post-processing and memory, what every instruction
  // adds, and the head and tail in which the others wait.
  TilingCandidate estimate(const Tiling& t) const {
    const double tiles = tiles_of(t);
    const double groups = ceil_div(run_.count, t.column_blocks);
    const double chunks = static_cast<double>(ceil_div(p_.kernel[0], t.taps_y)) * ceil_div(p_.kernel[1], t.taps_x) *
                          ceil_div(run_.inputs.count, t.input_blocks);
    const double taps = static_cast<double>(p_.kernel[0]) * p_.kernel[1] * run_.inputs.count;
    const double positions = static_cast<double>(t.rows) * t.columns;
    const double pass = std::max<double>({positions, static_cast<double>(chip_.array_rows), chip_.acc_latency + 1.0});
    const double jobs = tiles * groups;

    const double compute = tiles * run_.count * taps * pass + jobs * chunks * kInstructionCycles;
    const double store =
        tiles * run_.count * (chip_.array_cols / chip_.post_lanes) * positions + jobs * kInstructionCycles;

    const double piece = static_cast<double>(activation_piece_words(p_, run_, t));
    const bool stays = chunks == 1 && run_.step == 0;  // one activation piece serves all groups of a tile
    const bool all_stay = tiles * groups * chunks * piece <= static_cast<double>(limits_.activation_words);
    const double activation_loads = p_.in.on_chip ? 0 : stays && (!t.columns_outer || all_stay) ? tiles : jobs * chunks;
    const double weight_total = run_.count * taps * tile_words_;
    const double group_weights = t.column_blocks * taps * tile_words_;
    const bool weights_stay =
        weight_total <= chip_.weight_words || (t.columns_outer && 2 * group_weights <= chip_.weight_words);
    const double weight_sets = p_.right ? static_cast<double>(p_.out.images) : 1;  // a MatMul has others for each image
    const double weight_words = weights_stay ? weight_sets * weight_total : tiles * weight_total;
    const double weight_loads = weights_stay ? weight_sets * groups * chunks : jobs * chunks;

    const double activation_bytes = activation_loads * piece * chip_.array_rows;
    const bool diagonals = p_.diagonal && chip_.array_rows <= chip_.array_cols && all_equal(p_.weight_zero_point);
    const double weight_bytes = weight_words * (diagonals ? 1 : chip_.array_cols);
    const double residual_bytes =
        p_.residual && !p_.residual->operand.on_chip ? tiles * positions * run_.count * chip_.array_cols : 0;
    const double out_bytes = p_.out.on_chip ? 0
                                            : tiles * positions / (p_.window[0] * p_.window[1]) * run_.count *
                                                  chip_.array_cols * (p_.scale.empty() ? 4 : 1);
    const double load = std::max((activation_bytes + weight_bytes + residual_bytes) / chip_.axi_bytes(),
                                 activation_loads * piece + weight_words) +
                        (activation_loads + weight_loads) * kInstructionCycles;
    const double memory = (activation_bytes + weight_bytes + residual_bytes + out_bytes) / memory_.bytes_per_cycle;

    const double first = piece + static_cast<double>(weight_piece_words(t)) + memory_.latency_cycles;
    const double last = positions * t.column_blocks * (chip_.array_cols / chip_.post_lanes) + memory_.latency_cycles;
    // An accumulator bank is computed, stored and free again in turn; two banks halve that loop.
    // What no overlap hides in it is the array's drain and the way of the last output to DRAM and
    // back.
    const double drain = chip_.array_rows + chip_.array_cols + kStoreTailCycles + memory_.latency_cycles;
    const double banks = (compute + store + jobs * drain) / 2;
    return {t, std::max({compute, store, load, memory, banks}) + first + last, smallest_bound(t)};
  }

  const MatrixProblem& p_;
  const ColumnRun& run_;
  const Chip& chip_;
  const AssumedMemory memory_;
  const TilingLimits& limits_;
  std::int64_t tile_words_ = 0, most_rows_ = 0, activation_limit_ = 0, weight_limit_ = 0, residual_limit_ = 0;
  std::vector<TilingCandidate> found_;
};

}  // namespace

std::vector<ColumnRun> column_runs(const std::vector<BlockRange>& ranges) {
  std::vector<ColumnRun> runs;
  for (std::int64_t n = 0; n < static_cast<std::int64_t>(ranges.size()); ++n) {
    const BlockRange& r = ranges[n];
    if (!runs.empty() && runs.back().inputs.count == r.count) {
      ColumnRun& run = runs.back();
      const std::int64_t step = r.first - ranges[n - 1].first;
      if (run.count == 1 || run.step == step) {
        run.step = step;
        ++run.count;
        continue;
      }
    }
    runs.push_back({n, 1, r, 0});
  }
  return runs;
}

std::int64_t activation_piece_words(const MatrixProblem& p, const ColumnRun& run, const Tiling& t) {
  if (p.in.on_chip) return 0;
  const std::int64_t lines = line_count(t.rows, p.stride[0], t.taps_y, p.dilation[0]);
  return (t.input_blocks + (t.column_blocks - 1) * run.step) * lines * line_words(p, t);
}

std::vector<TilingCandidate> rank_tilings(const MatrixProblem& p, const ColumnRun& run, const Chip& chip,
                                          const TilingLimits& limits) {
  return Chooser(p, run, chip, limits).ranked();
}

}  // namespace systole::compiler
