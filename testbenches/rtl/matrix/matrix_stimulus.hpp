// SPDX-License-Identifier: Apache-2.0
//
// Random matrix instructions, and the numbers that the header of the sequencer gives for them.
#pragma once

#include <algorithm>

#include "chip/chip.hpp"
#include "isa/instruction.hpp"
#include "rtl/bench.hpp"

namespace systole::bench {

inline uint64_t pass_cycles(const isa::Matrix& m, const Chip& chip) {
  return std::max<uint64_t>({m.rows(), chip.array_rows, chip.acc_latency + 1}) + m.per_column_zero_point;
}

inline uint64_t passes(const isa::Matrix& m) { return m.taps() * m.blocks(); }

/// May the engine run it? A row must not be used again within AccLatency cycles. Passes over the
/// same rows and instructions keep that; a column block that starts a few rows above the end of the
/// one before would not.
inline bool keeps_accumulator_distance(const isa::Matrix& m, const Chip& chip) {
  const uint64_t rows_apart = static_cast<uint32_t>(m.accumulator_stride_n) & (2 * chip.accumulator_rows - 1);
  return rows_apart >= m.rows() || pass_cycles(m, chip) >= rows_apart + chip.acc_latency + 1;
}

inline isa::Matrix random_matrix(Random& random, const Chip& chip) {
  isa::Matrix m;
  m.common.post_mask = static_cast<uint16_t>(random.bits(16));
  m.accumulate = random.chance(50);
  m.activation_signed = random.chance(50);
  m.weight_signed = random.chance(50);
  m.per_column_zero_point = random.chance(40);
  m.activation_zero_point = static_cast<uint8_t>(random.bits(8));
  m.weight_zero_point = static_cast<uint8_t>(random.bits(8));
  const auto count = [&](int64_t limit) {
    return random.chance(40) ? uint16_t{1} : static_cast<uint16_t>(random.between(1, limit));
  };
  m.m_y = count(8);
  m.m_x = count(8);
  if (random.chance(5)) m.m_x = static_cast<uint16_t>(chip.accumulator_rows / m.m_y);
  const int64_t most_images = chip.accumulator_rows / (m.m_y * m.m_x);
  m.m_b = count(std::min<int64_t>(4, most_images));
  if (random.chance(5)) m.m_b = static_cast<uint16_t>(most_images);
  m.k_y = count(3);
  m.k_x = count(3);
  m.k_c = count(3);
  m.n = count(3);
  m.n_b = count(3);
  m.activation_base = static_cast<uint32_t>(random.bits(32));
  for (auto* stride :
       {&m.activation_stride_y, &m.activation_stride_x, &m.activation_stride_ky, &m.activation_stride_kx,
        &m.activation_stride_kc, &m.activation_stride_n, &m.activation_stride_b, &m.activation_stride_nb})
    *stride = random.chance(5) ? 0 : static_cast<int32_t>(random.bits(32));
  m.weight_base = static_cast<uint32_t>(random.bits(32));
  m.accumulator_base = static_cast<uint32_t>(random.bits(32));
  do {
    m.accumulator_stride_n = static_cast<int32_t>(random.bits(32));
  } while (!keeps_accumulator_distance(m, chip));
  return m;
}

}  // namespace systole::bench
