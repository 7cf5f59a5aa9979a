// SPDX-License-Identifier: Apache-2.0
//
// Matrix problems made by hand, for tests of single units of lowering.
#pragma once

#include <array>
#include <cstdint>

#include "compiler/matrix/loop_nest.hpp"
#include "sim/compiler/compile_and_compare.hpp"

namespace systole::compiler_test {

// 4 x 4 and two lanes, so that a word is two groups. Few words in every buffer, or enough for any of these problems.
inline const Chip kSmallChip = make_chip("test", 4, 4, 2, 32, 128, 32, 32);
inline const Chip kRoomyChip = make_chip("test", 4, 4, 2, 64, 1024, 64, 64);

struct ProblemShape {
  std::int64_t channels_in = 4, channels_out = 4, height = 6, width = 6;  // of the output
  std::array<std::int64_t, 2> kernel = {1, 1}, stride = {1, 1};
  std::int64_t images = 1;
};

// A tensor in DRAM, in blocks of `block` channels of `element_bytes` bytes.
compiler::Operand dram_operand(TensorId storage, std::int64_t channels, std::int64_t height, std::int64_t width,
                               std::int64_t block, std::int64_t element_bytes = 1, std::int64_t images = 1);

// A convolution without groups, padded to `ceil(input / stride)` outputs, from storage 0 to storage 1 in DRAM. Every
// weight tells where it belongs: 1 + (m + 3 kb + 5 r + 7 ky + 11 kx) % 100.
compiler::MatrixProblem convolution(const ProblemShape& shape, const Chip& chip);

// The same with one input channel for each output channel.
compiler::MatrixProblem depthwise(const ProblemShape& shape, const Chip& chip);

// Adds storage 2, in DRAM, as a residual operand.
void add_residual(compiler::MatrixProblem& problem, const Chip& chip);

// The sums themselves, as int32.
void make_raw(compiler::MatrixProblem& problem, const Chip& chip);

// All column blocks of a convolution as one run.
compiler::ColumnRun whole_run(const compiler::MatrixProblem& problem);

// One tile, one group and one chunk take everything.
compiler::Tiling whole_tiling(const compiler::MatrixProblem& problem, const compiler::ColumnRun& run);

}  // namespace systole::compiler_test
