// SPDX-License-Identifier: Apache-2.0
#include "compiler/tiling/tiling.hpp"

#include <algorithm>
#include <set>

#include "compiler/plan/arithmetic.hpp"
#include "compiler/tiling/cost.hpp"
#include "support/error.hpp"

namespace systole::compiler {
namespace {

// Fields of the load instruction.
constexpr std::int64_t kMaxRunBytes = (1 << 24) - 1, kMaxCount = 65535;

// 16-bit counts of the store.
constexpr std::int64_t kMaxPositions = 32768;

// About eight sizes from 1 to `most`, each the smallest that needs no more steps to cover `extent`.
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

class Candidates {
 public:
  Candidates(const MatrixProblem& p, const ColumnRun& run, const Chip& chip, const TilingLimits& limits)
      : p_(p),
        run_(run),
        chip_(chip),
        limits_(limits),
        cost_(p, run, chip, limits),
        most_positions_(std::min<std::int64_t>(chip.accumulator_rows, kMaxPositions)) {}

  std::vector<TilingCandidate> ranked() {
    for (const int copies : {2, 1}) {  // two of each kind at a time overlap loading and computing
      activation_limit_ = std::max<std::int64_t>(limits_.activation_words / copies, 1);
      residual_limit_ = limits_.residual_words / copies;
      weight_limit_ = std::min<std::int64_t>(chip_.weight_words / copies, kMaxRunBytes / chip_.weight_word_bytes());
      find();
      if (found_.empty()) continue;
      std::stable_sort(found_.begin(), found_.end(), [](const TilingCandidate& a, const TilingCandidate& b) {
        return better(a.estimate, b.estimate);
      });
      return std::move(found_);
    }
    throw InternalError("a matrix problem has no tiling");
  }

 private:
  void find() {
    const auto [window_y, window_x] = p_.window;  // a tile has whole windows
    for (std::int64_t x : sizes(p_.out.width, most_positions_ / (window_y * window_x)))
      for (std::int64_t y : sizes(p_.out.height, most_positions_ / (x * window_y * window_x)))
        for (std::int64_t blocks : sizes(run_.inputs.count, run_.inputs.count))
          find_taps({y * window_y, x * window_x, 1, p_.kernel[0], p_.kernel[1], blocks, false});
  }

  // Whole kernels if they fit, then kernel rows, then parts of a row: smaller chunks only cost more.
  void find_taps(Tiling t) {
    for (std::int64_t taps_y : sizes(p_.kernel[0], p_.kernel[0]))
      for (std::int64_t taps_x :
           taps_y == 1 ? sizes(p_.kernel[1], p_.kernel[1]) : std::vector<std::int64_t>{p_.kernel[1]}) {
        t.taps_y = taps_y;
        t.taps_x = taps_x;
        if (find_groups(t)) return;
      }
  }

  // True if there are any.
  bool find_groups(Tiling t) {
    bool found = false;
    for (std::int64_t columns :
         sizes(run_.count, std::min(limits_.group_columns, most_positions_ / (t.rows * t.columns)))) {
      t.column_blocks = columns;
      if (!fits(t)) continue;
      found = true;
      for (const bool columns_outer : {false, true}) {
        t.columns_outer = columns_outer;
        found_.push_back({t, cost_.estimate(t), cost_.lower_bound(t)});
      }
    }
    return found;
  }

  bool fits(const Tiling& t) const {
    return fields_hold(t) && cost_.activation_words(t) <= activation_limit_ && cost_.weight_words(t) <= weight_limit_ &&
           cost_.residual_words(t) <= residual_limit_;
  }

  bool fields_hold(const Tiling& t) const {
    const std::int64_t word_bytes = chip_.activation_word_bytes();
    const std::int64_t row = window_row_words(p_, t), blocks = t.input_blocks + (t.column_blocks - 1) * run_.step;
    return line_count(t.rows, p_.stride[0], t.taps_y, p_.dilation[0]) <= kMaxCount && row <= kMaxCount &&
           row * word_bytes <= kMaxRunBytes && blocks <= kMaxCount && blocks * word_bytes <= kMaxRunBytes;
  }

  const MatrixProblem& p_;
  const ColumnRun& run_;
  const Chip& chip_;
  const TilingLimits& limits_;
  TilingCost cost_;
  std::int64_t most_positions_ = 0, activation_limit_ = 0, weight_limit_ = 0, residual_limit_ = 0;
  std::vector<TilingCandidate> found_;
};

}  // namespace

std::vector<TilingCandidate> rank_tilings(const MatrixProblem& p, const ColumnRun& run, const Chip& chip,
                                          const TilingLimits& limits) {
  return Candidates(p, run, chip, limits).ranked();
}

}  // namespace systole::compiler
