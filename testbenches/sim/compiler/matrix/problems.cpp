// SPDX-License-Identifier: Apache-2.0
#include "sim/compiler/matrix/problems.hpp"

#include "compiler/plan/arithmetic.hpp"

namespace systole::compiler_test {

using compiler::ceil_div;
using compiler::ColumnRun;
using compiler::MatrixProblem;
using compiler::Operand;
using compiler::Tiling;

Operand dram_operand(TensorId storage, std::int64_t channels, std::int64_t height, std::int64_t width,
                     std::int64_t block, std::int64_t element_bytes, std::int64_t images) {
  Operand d;
  d.storage = storage;
  d.offset = 4096 * std::uint64_t{storage};
  d.block_channels = block;
  d.images = images;
  d.blocks = d.image_planes = ceil_div(channels, block);
  d.height = height;
  d.width = width;
  d.pixel_stride = block * element_bytes;
  d.row_stride = width * d.pixel_stride;
  d.block_stride = height * d.row_stride;
  d.image_stride = d.blocks * d.block_stride;
  return d;
}

MatrixProblem convolution(const ProblemShape& s, const Chip& chip) {
  MatrixProblem p;
  p.in = dram_operand(0, s.channels_in, s.height * s.stride[0], s.width * s.stride[1], chip.array_rows, 1, s.images);
  p.out = dram_operand(1, s.channels_out, s.height, s.width, chip.array_rows, 1, s.images);
  p.channels_out = s.channels_out;
  p.kernel = s.kernel;
  p.stride = s.stride;
  p.pad = {(s.kernel[0] - 1) / 2, (s.kernel[1] - 1) / 2};
  p.weight_zero_point = {0};
  p.scale = {0.5f};
  for (std::int64_t m = 0; m < s.channels_out; m += chip.array_cols) p.column_block_inputs.push_back({0, p.in.blocks});
  p.weight = [](std::int64_t m, std::int64_t kb, std::int64_t r, std::int64_t ky, std::int64_t kx) {
    return static_cast<std::int32_t>(1 + (m + 3 * kb + 5 * r + 7 * ky + 11 * kx) % 100);
  };
  return p;
}

MatrixProblem depthwise(const ProblemShape& s, const Chip& chip) {
  MatrixProblem p = convolution(s, chip);
  const std::int64_t rows = chip.array_rows, cols = chip.array_cols;
  p.column_block_inputs.clear();
  for (std::int64_t m = 0; m < s.channels_out; m += cols) {
    const std::int64_t first = m / rows;
    p.column_block_inputs.push_back({first, ceil_div(std::min(m + cols, s.channels_out), rows) - first});
  }
  p.diagonal = [rows](std::int64_t kb, std::int64_t r) { return kb * rows + r; };
  p.weight = [rows](std::int64_t m, std::int64_t kb, std::int64_t r, std::int64_t ky, std::int64_t kx) {
    return static_cast<std::int32_t>(kb * rows + r == m ? 1 + m + 7 * ky + 11 * kx : 0);
  };
  return p;
}

void add_residual(MatrixProblem& p, const Chip& chip) {
  p.residual = MatrixProblem::Residual{};
  p.residual->operand = dram_operand(2, p.channels_out, p.out.height, p.out.width, chip.array_rows);
}

void make_raw(MatrixProblem& p, const Chip& chip) {
  p.scale.clear();
  p.out = dram_operand(1, p.channels_out, p.out.height, p.out.width, chip.array_rows, 4, p.out.images);
}

ColumnRun whole_run(const MatrixProblem& p) { return compiler::column_runs(p.column_block_inputs).at(0); }

Tiling whole_tiling(const MatrixProblem& p, const ColumnRun& run) {
  Tiling t;
  t.rows = p.sum_rows();
  t.columns = p.sum_columns();
  t.column_blocks = run.count;
  t.taps_y = p.kernel[0];
  t.taps_x = p.kernel[1];
  t.input_blocks = run.inputs.count;
  return t;
}

}  // namespace systole::compiler_test
