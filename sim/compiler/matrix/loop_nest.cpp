// SPDX-License-Identifier: Apache-2.0
#include "compiler/matrix/loop_nest.hpp"

#include <algorithm>

namespace systole::compiler {

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

Region region_of(const Tile& t, std::int64_t first_block, std::int64_t blocks) {
  return {
      t.image, first_block, first_block + blocks - 1, t.row, t.row + t.rows - 1, t.column, t.column + t.columns - 1};
}

std::vector<Tile> tiles_of(const MatrixProblem& p, const Tiling& t) {
  std::vector<Tile> tiles;
  for (std::int64_t image = 0; image < p.out.images; ++image)
    for (std::int64_t y = 0; y < p.sum_rows(); y += t.rows)
      for (std::int64_t x = 0; x < p.sum_columns(); x += t.columns)
        tiles.push_back({image, y, std::min(t.rows, p.sum_rows() - y), x, std::min(t.columns, p.sum_columns() - x)});
  return tiles;
}

std::vector<Group> groups_of(const ColumnRun& run, const Tiling& t) {
  std::vector<Group> groups;
  for (std::int64_t n = 0; n < run.count; n += t.column_blocks)
    groups.push_back({run.first + n, std::min(t.column_blocks, run.count - n)});
  return groups;
}

std::vector<Chunk> chunks_of(const MatrixProblem& p, const ColumnRun& run, const Tiling& t) {
  std::vector<Chunk> chunks;
  for (std::int64_t ky = 0; ky < p.kernel[0]; ky += t.taps_y)
    for (std::int64_t kx = 0; kx < p.kernel[1]; kx += t.taps_x)
      for (std::int64_t kc = 0; kc < run.inputs.count; kc += t.input_blocks)
        chunks.push_back({ky, std::min(t.taps_y, p.kernel[0] - ky), kx, std::min(t.taps_x, p.kernel[1] - kx), kc,
                          std::min(t.input_blocks, run.inputs.count - kc)});
  return chunks;
}

}  // namespace systole::compiler
