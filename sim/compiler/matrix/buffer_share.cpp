// SPDX-License-Identifier: Apache-2.0
#include "compiler/matrix/buffer_share.hpp"

#include <algorithm>

namespace systole::compiler {
namespace {

// Channels whose parameters are half of the parameter buffer: those of the next group load meanwhile.
std::int64_t channels_with_parameters(const Chip& chip) {
  return static_cast<std::int64_t>(chip.parameter_words / 2) * chip.post_lanes;
}

// Column blocks of a group at most: keeps every field far from its limit.
constexpr std::int64_t kMaxGroup = 4096;

}  // namespace

StoreUnit store_unit(const MatrixProblem& p, const Chip& chip) {
  const std::int64_t cols = chip.array_cols, parameters = channels_with_parameters(chip);
  StoreUnit unit;
  unit.channels = std::min(p.out.block_channels, cols);
  if (!p.raw()) unit.channels = std::min(unit.channels, parameters);
  unit.group_parameters = !p.raw() && cols <= parameters;
  unit.one_store = unit.channels == p.out.block_channels && (p.raw() || unit.group_parameters);
  return unit;
}

BufferShare buffer_share(const MatrixProblem& p, const Chip& chip, std::uint32_t free_words) {
  BufferShare share;
  share.limits.group_columns = store_unit(p, chip).group_parameters
                                   ? std::min(channels_with_parameters(chip) / chip.array_cols, kMaxGroup)
                                   : kMaxGroup;
  share.limits.activation_words = free_words;
  if (free_words < chip.activation_words()) share.activation_zone = WordSpan{0, free_words};
  if (p.residual && !p.residual->operand.on_chip) {
    // A bank of its own: the store reads it while the matrix engine reads activations.
    const std::uint32_t split = free_words - chip.activation_bank_words;
    share.residual_zone = WordSpan{split, free_words};
    share.activation_zone = WordSpan{0, split};
    share.limits.activation_words = split;
    share.limits.residual_words = chip.activation_bank_words;
  }
  return share;
}

}  // namespace systole::compiler
