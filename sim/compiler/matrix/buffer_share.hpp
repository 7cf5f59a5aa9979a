// SPDX-License-Identifier: Apache-2.0
//
// The parts of the chip's buffers that a matrix problem may use, from which the limits of the tiling follow. It decides how
// stores are cut so that their parameters fit, and which words of the activation buffer the input and the residual operand
// may use.
#pragma once

#include <cstdint>
#include <optional>

#include "compiler/emit/items.hpp"
#include "compiler/matrix/matrix_problem.hpp"

namespace systole::compiler {

// A store's unit is a number of output channels: a channel block of the output where possible (it is not wider than the
// array, and the parameters fit). Then one store takes all positions and column blocks of a group. Otherwise every unit
// has a store of its own, because a destination run (dimension 0) must be contiguous and parameters do not advance
// along dimensions 0 and 1.
struct StoreUnit {
  std::int64_t channels = 1;
  bool group_parameters = false;  // the parameters of a whole group are in the buffer together
  bool one_store = false;         // a group has one store, or two: whole column blocks and the rest
};
StoreUnit store_unit(const MatrixProblem& problem, const Chip& chip);

struct TilingLimits {
  std::int64_t activation_words = 0;  // that windows of the input may use, together
  std::int64_t residual_words = 0;    // that windows of the residual operand may use, together; 0: there are none
  std::int64_t group_columns = 0;     // output column blocks whose parameters fit (twice), at least 1
};

struct BufferShare {
  TilingLimits limits;
  std::optional<WordSpan> activation_zone;  // for windows of the input; anywhere if not set
  std::optional<WordSpan> residual_zone;    // for windows of the residual operand; only if it is in DRAM
};
// `free_words` of the activation buffer from its start: whole banks, at least two with a residual operand in DRAM.
BufferShare buffer_share(const MatrixProblem& problem, const Chip& chip, std::uint32_t free_words);

}  // namespace systole::compiler
