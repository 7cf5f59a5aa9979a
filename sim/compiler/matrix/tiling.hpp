// SPDX-License-Identifier: Apache-2.0
//
// Tile sizes of a matrix problem on a chip, chosen by an estimate of cycles.
//
// The loops, outermost first (`columns_outer` exchanges the two lines):
//
//   for image, for tile of output rows and columns:          an activation piece holds the input
//   patch of the tile
//     for group of output column blocks:                     one accumulator bank; one store
//       for chunk of kernel rows, taps of a row, input blocks:   one matrix instruction, one weight
//       piece
//
// Every problem has a tiling as long as one weight tile fits the weight buffer: the smallest is one
// output position, one column block and one tap of one input block, which needs one activation
// word.
#pragma once

#include <cstdint>

#include "chip/chip.hpp"
#include "compiler/matrix/matrix_problem.hpp"

namespace systole::compiler {

struct Tiling {
  std::int64_t rows = 1, columns = 1;  // sums of a tile: output positions, times the window of a fused MaxPool
  std::int64_t column_blocks = 1;      // output column blocks of a group
  std::int64_t taps_y = 1, taps_x = 1, input_blocks = 1;  // of a chunk
  bool columns_outer = false;
  bool operator==(const Tiling& o) const {
    return rows == o.rows && columns == o.columns && column_blocks == o.column_blocks && taps_y == o.taps_y &&
           taps_x == o.taps_x && input_blocks == o.input_blocks && columns_outer == o.columns_outer;
  }
};

// A run of output column blocks with equally many input blocks, whose first input block advances by
// `step` a column block.
struct ColumnRun {
  std::int64_t first = 0, count = 0;  // column blocks
  BlockRange inputs;                  // of the first column block
  std::int64_t step = 0;
};
std::vector<ColumnRun> column_runs(const std::vector<BlockRange>& column_block_inputs);

struct TilingLimits {
  std::int64_t activation_words = 0;  // that activation pieces may use, together
  std::int64_t residual_words = 0;    // that residual pieces may use, together; 0: there are none
  std::int64_t group_columns = 0;     // output column blocks whose parameters fit (twice), at least 1
};

// Words of the activation piece of one tile and chunk; 0 if the input is in the buffer already.
std::int64_t activation_piece_words(const MatrixProblem& p, const ColumnRun& run, const Tiling& t);

struct TilingCandidate {
  Tiling tiling;
  double estimate = 0, lower_bound = 0;  // cycles; the bound leaves out what instructions add, head and tail
};

// The tilings that fit, at least one, by estimate. Those that hold two pieces of everything, so that loading overlaps computing, if
// there are any; otherwise the others.
std::vector<TilingCandidate> rank_tilings(const MatrixProblem& p, const ColumnRun& run, const Chip& chip,
                                          const TilingLimits& limits);

}  // namespace systole::compiler
