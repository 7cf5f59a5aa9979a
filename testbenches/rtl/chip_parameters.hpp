// SPDX-License-Identifier: Apache-2.0
//
// The chip that a block with these parameters belongs to: what the cycle model and the reference model want to know. It
// is `tiny`, whose parameters the blocks have as defaults.
#pragma once

#include "chip/chip.hpp"

namespace systole::bench {

inline Chip default_chip() {
  Chip chip;
  chip.name = "bench";
  chip.array_rows = 4;
  chip.array_cols = 4;
  chip.activation_bank_words = 256;
  chip.weight_words = 1024;
  chip.accumulator_rows = 64;
  chip.parameter_words = 64;
  chip.post_lanes = 2;
  chip.axi_data_bits = 64;
  chip.axi_burst_bytes = 64;
  chip.load_outstanding = 4;
  chip.load_fifo_beats = 32;
  chip.store_outstanding = 4;
  chip.store_fifo_beats = 16;
  return chip;
}

}  // namespace systole::bench
