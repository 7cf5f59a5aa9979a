// SPDX-License-Identifier: Apache-2.0
//
// The one form of everything that the systolic array computes: Conv, Gemm, MatMul, AveragePool as a convolution over
// channel blocks. Each of these operators makes its problem in operators/.
//
//   out[b][m][y][x] = post( SUM over kb, r, ky, kx of
//                           (in[b][kb][y*sy - pt + ky*dy][x*sx - pl + kx*dx][r] - zx) * (w - zw) )
//
// With a fused MaxPool, y and x of the right side run over the window of each output and the largest is taken.
//
// Groups are blocks of zeros: an output column block (array_cols channels) reads only the range of input channel blocks
// in which it has weights. A Gemm behind a Flatten reads each image as one pixel whose channel blocks are (block, y,
// x). The weights of a MatMul are a tensor, too, with other weights for each image.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "chip/chip.hpp"
#include "compiler/compiled_network.hpp"
#include "compiler/lower/lowering.hpp"
#include "compiler/lower/operand.hpp"
#include "compiler/plan/arithmetic.hpp"
#include "compiler/plan/plan.hpp"

namespace systole::compiler {

struct BlockRange {
  std::int64_t first = 0, count = 0;
};

struct MatrixProblem {
  std::uint32_t node = 0;
  Operand in, out;
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
  // A fused Add: the requantized value is its operand a.
  struct Residual {
    Operand operand;
    bool is_signed = true, output_signed = true;
    AddFactors factors;
    Clamp clamp;
  };
  std::optional<Residual> residual;
  // A fused MaxPool: each output is the maximum over a window of sums, y and x; the windows lie side by side. `out` is
  // what comes out.
  std::array<std::int64_t, 2> window = {1, 1};
  bool raw() const { return scale.empty(); }
  std::int64_t output_bytes() const { return out.pixel_stride / out.block_channels; }  // of an element
  bool zero_point_by_column() const { return !all_equal(weight_zero_point); }
  std::int64_t sum_rows() const { return out.height * window[0]; }
  std::int64_t sum_columns() const { return out.width * window[1]; }
  std::vector<BlockRange> column_block_inputs;  // per output column block
  // Weight of output channel m, input channel block kb, row r of the block, tap; the channel's zero point where there
  // is none.
  std::function<std::int32_t(std::int64_t m, std::int64_t kb, std::int64_t r, std::int64_t ky, std::int64_t kx)> weight;
  // The weights of a MatMul instead: row k of image b's matrix is pixel k of image b, channels in blocks of array_cols.
  std::optional<Operand> right;
  // If only one output channel has a weight at row r of input channel block kb, whatever the tap: that channel.
  std::function<std::int64_t(std::int64_t kb, std::int64_t r)> diagonal;
  bool uniform_weights = false;  // they follow from the shapes, and most tiles are equal: those of an average pooling
};

// ---- for the operators that make a problem

// Input and output of the node, with what is fused into it: a residual, a window, the clamp behind it. The operator
// fills in the rest and then joins the rows.
MatrixProblem begin_problem(const Lowering& lowering, std::uint32_t node, TensorId input, TensorId output);

// A 1x1 convolution without stride or padding does not see rows: one long row tiles without remainders. The last step.
void join_rows(MatrixProblem& problem);

// For each output column block, the input blocks that the groups of its channels read.
std::vector<BlockRange> grouped_ranges(std::int64_t channels_in, std::int64_t channels_out, std::int64_t group,
                                       const Chip& chip);

// All column blocks read all input blocks.
std::vector<BlockRange> whole_ranges(std::int64_t channels_out, std::int64_t input_blocks, const Chip& chip);

// An int8 or uint8 element.
std::int32_t byte_value(const Tensor& tensor, std::int64_t index);

}  // namespace systole::compiler
