// SPDX-License-Identifier: Apache-2.0
//
// What a tiling costs: the words that it takes of the buffers, and an estimate of its cycles.
//
// The estimate has two phases: the first tile (or with the columns outside the first group of columns), which also brings in
// what stays in a buffer for the others, and the others. Each takes as long as the slowest of array, post-processing, loads
// and memory, with what every instruction adds. Before them comes a head and behind them a tail in which the others wait.
// The lower bound counts nothing that might not be there.
#pragma once

#include <cstdint>
#include <tuple>

#include "chip/chip.hpp"
#include "compiler/matrix/buffer_share.hpp"
#include "compiler/matrix/loop_nest.hpp"
#include "compiler/tiling/memory_estimate.hpp"

namespace systole::compiler {

// Words of one row of the input's window, of one channel block.
std::int64_t window_row_words(const MatrixProblem& problem, const Tiling& tiling);

struct CostEstimate {
  double cycles = 0;        // of the run
  double array_cycles = 0;  // in which the array is in a pass
  double instructions = 0;
};

// By cycles, then by those of the array, then by instructions.
inline bool better(const CostEstimate& a, const CostEstimate& b) {
  return std::tie(a.cycles, a.array_cycles, a.instructions) < std::tie(b.cycles, b.array_cycles, b.instructions);
}

// Of one run of a problem. All arguments must outlive it.
class TilingCost {
 public:
  TilingCost(const MatrixProblem& problem, const ColumnRun& run, const Chip& chip, const TilingLimits& limits);

  // Buffer words of one tile, group and chunk. 0 of the activation buffer for an operand that is in it already.
  std::int64_t activation_words(const Tiling& tiling) const;
  std::int64_t weight_words(const Tiling& tiling) const;
  std::int64_t residual_words(const Tiling& tiling) const;

  CostEstimate estimate(const Tiling& tiling) const;
  double lower_bound(const Tiling& tiling) const;  // cycles of the run

 private:
  // How often each loop runs, and the work of all of it.
  struct Loops {
    double tiles = 0, groups = 0, chunks = 0, jobs = 0;  // a job is a group of a tile
    double taps = 0;                                     // passes of the array for one column block of one tile
    double positions = 0;                                // of a whole tile
    double all_positions = 0;                            // of all tiles
    double pass_cycles = 0;                              // of one pass over each tile
  };
  // What the load engine brings in.
  struct Loads {
    double count = 0, words = 0, bytes = 0;  // instructions; buffer words; bytes from memory
    Loads operator+(const Loads& o) const { return {count + o.count, words + o.words, bytes + o.bytes}; }
    Loads operator*(double share) const { return {count * share, words * share, bytes * share}; }
  };
  // What stays in a buffer is loaded early: for the first tile, or with the columns outside for the first group.
  struct LoadPhases {
    Loads early, late;
  };
  static LoadPhases phases(const Loads& all, double early_share) {
    return {all * early_share, all * (1 - early_share)};
  }

  Loops loops_of(const Tiling& tiling) const;
  double tiles_of(const Tiling& tiling) const;
  double pass_cycles(double positions) const;
  double column_block_groups() const;
  double drain_cycles() const;
  double phase_cycles(const Loops& loops, const Loads& loads, double share) const;
  LoadPhases activation_loads(const Tiling& tiling, const Loops& loops) const;
  LoadPhases weight_loads(const Tiling& tiling, const Loops& loops) const;
  double residual_bytes(const Loops& loops) const;
  double output_bytes(const Loops& loops) const;

  const MatrixProblem& problem_;
  const ColumnRun& run_;
  const Chip& chip_;
  MemoryEstimate memory_;
  const TilingLimits& limits_;
  std::int64_t tile_words_;  // of a weight tile, the word of zero points included
};

}  // namespace systole::compiler
