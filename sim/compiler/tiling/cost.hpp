// SPDX-License-Identifier: Apache-2.0
//
// What a tiling costs: the words that it takes of the buffers, and an estimate of its cycles.
//
// The estimate is the slowest of array, post-processing, loads and memory, plus what every instruction adds, plus the
// head and the tail in which the others wait. It counts every tile as a whole one. The lower bound leaves out all of
// that: tiles at the edges are smaller than the others, and nothing is counted that might not be there.
#pragma once

#include <cstdint>

#include "chip/chip.hpp"
#include "compiler/matrix/buffer_share.hpp"
#include "compiler/matrix/loop_nest.hpp"
#include "compiler/tiling/memory_estimate.hpp"

namespace systole::compiler {

// Words of one row of the input's window, of one channel block.
std::int64_t window_row_words(const MatrixProblem& problem, const Tiling& tiling);

// Of one run of a problem. All arguments must outlive it.
class TilingCost {
 public:
  TilingCost(const MatrixProblem& problem, const ColumnRun& run, const Chip& chip, const TilingLimits& limits);

  // Buffer words of one tile, group and chunk. 0 of the activation buffer for an operand that is in it already.
  std::int64_t activation_words(const Tiling& tiling) const;
  std::int64_t weight_words(const Tiling& tiling) const;
  std::int64_t residual_words(const Tiling& tiling) const;

  // Cycles of the run.
  double estimate(const Tiling& tiling) const;
  double lower_bound(const Tiling& tiling) const;

 private:
  // How often each loop runs, and the work of all of it.
  struct Loops {
    double tiles, groups, chunks, jobs;  // a job is a group of a tile
    double taps;                         // passes of the array for one column block of one tile
    double positions;                    // of a tile
  };
  // What the load engine brings in.
  struct Loads {
    double count, words, bytes;  // instructions; buffer words; bytes from memory
  };

  Loops loops_of(const Tiling& tiling) const;
  double tiles_of(const Tiling& tiling) const;
  double pass_cycles(double positions) const;
  Loads activation_loads(const Tiling& tiling, const Loops& loops) const;
  Loads weight_loads(const Tiling& tiling, const Loops& loops) const;
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
