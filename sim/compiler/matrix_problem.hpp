// SPDX-License-Identifier: Apache-2.0
//
// The one form of everything that the systolic array computes: Conv, Gemm, AveragePool as a convolution over channel blocks.
//
//   out[b][m][y][x] = post( SUM over kb, r, ky, kx of (in[b][kb][y*sy - pt + ky*dy][x*sx - pl + kx*dx][r] - zx) * (w - zw) )
//
// Groups are blocks of zeros: an output column block (array_cols channels) reads only the range of input channel blocks in which
// it has weights. A Gemm behind a Flatten reads each image as one pixel whose channel blocks are (block, y, x).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "chip/chip.hpp"
#include "compiler/compiled_network.hpp"
#include "compiler/placement.hpp"

namespace systole::compiler {

// A tensor in DRAM with free strides, all in bytes from base register 0.
struct DramOperand {
  TensorId storage = 0;
  std::uint64_t offset = 0;
  std::int64_t images = 1, blocks = 1, height = 1, width = 1;
  std::int64_t image_stride = 0, block_stride = 0, row_stride = 0, pixel_stride = 0;
  bool whole = false;  // coordinates are not those of the storage: dependencies are on the whole tensor
};

struct BlockRange {
  std::int64_t first = 0, count = 0;
};

struct MatrixProblem {
  std::uint32_t node = 0;
  DramOperand in, out;
  std::int64_t channels_out = 0;
  std::array<std::int64_t, 2> kernel = {1, 1}, stride = {1, 1}, dilation = {1, 1};  // y, x
  std::array<std::int64_t, 2> pad = {0, 0};                                         // top, left
  bool activation_signed = true, weight_signed = true, output_signed = true;
  std::int32_t activation_zero_point = 0;
  std::vector<std::int32_t> weight_zero_point;  // one or channels_out values
  std::vector<std::int32_t> bias;               // none or channels_out
  std::vector<float> scale;                     // one or channels_out; raw sums if empty
  std::int32_t output_zero_point = 0;
  Clamp clamp;
  std::vector<BlockRange> column_block_inputs;  // per output column block
  // Weight of output channel m, input channel block kb, row r of the block, tap; the channel's zero point where there is none.
  std::function<std::int32_t(std::int64_t m, std::int64_t kb, std::int64_t r, std::int64_t ky, std::int64_t kx)> weight;
};

DramOperand dram_operand(TensorId storage, const TensorLayout& layout);

// The problem of a Conv, Gemm or AveragePool that placement put on the chip. `layout` per tensor, as in CompiledNetwork; the
// network must outlive the problem.
MatrixProblem matrix_problem(const Network& network, std::uint32_t node, const Plan& plan,
                             const std::vector<std::optional<TensorLayout>>& layout, const Chip& chip);

}  // namespace systole::compiler
