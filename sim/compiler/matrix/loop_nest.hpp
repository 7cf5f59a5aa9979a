// SPDX-License-Identifier: Apache-2.0
//
// The loops in which a matrix problem is computed, and what one iteration of each covers.
//
// Outermost first (`columns_outer` exchanges the first two lines):
//
//   for image, for tile of output rows and columns:            the window of the input that the tile reads
//     for group of output column blocks:                       one accumulator bank; one store
//       for chunk of kernel rows, taps of a row, input blocks:   one matrix instruction, one block of weights
//
// A column block is array_cols output channels, an input block array_rows input channels.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/matrix/matrix_problem.hpp"

namespace systole::compiler {

// The sizes of the loops' steps; those at the end of a loop may be smaller.
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
// `step` a column block. Each run has a tiling of its own.
struct ColumnRun {
  std::int64_t first = 0, count = 0;  // column blocks
  BlockRange inputs;                  // of the first column block
  std::int64_t step = 0;
};
std::vector<ColumnRun> column_runs(const std::vector<BlockRange>& column_block_inputs);

// Output positions of one image, or the sums that they are made of.
struct Tile {
  std::int64_t image = 0, row = 0, rows = 1, column = 0, columns = 1;
  std::int64_t positions() const { return rows * columns; }
};
// The tile in `blocks` channel blocks of an operand.
Region region_of(const Tile& tile, std::int64_t first_block, std::int64_t blocks);

// Output column blocks.
struct Group {
  std::int64_t first = 0, count = 1;
};

// Part of the sum. Input blocks count from the first one of each column block.
struct Chunk {
  std::int64_t tap_y = 0, taps_y = 1, tap_x = 0, taps_x = 1, block = 0, blocks = 1;
};

// The iterations of each loop, in order.
std::vector<Tile> tiles_of(const MatrixProblem& problem, const Tiling& tiling);
std::vector<Group> groups_of(const ColumnRun& run, const Tiling& tiling);
std::vector<Chunk> chunks_of(const MatrixProblem& problem, const ColumnRun& run, const Tiling& tiling);

}  // namespace systole::compiler
