// SPDX-License-Identifier: Apache-2.0
//
// Random load instructions, corners often, and the walk over their rows, written from
// docs/reference/instruction_set.md.
#pragma once

#include <algorithm>
#include <vector>

#include "chip/chip.hpp"
#include "isa/instruction.hpp"
#include "rtl/bench.hpp"

namespace systole::bench {

struct LoadLimits {
  uint32_t run_bytes = 300;
  uint32_t count = 4;       // of each dimension
  uint32_t padding = 3;     // rows and words on each side
  uint32_t dram_bytes = 0;  // if not zero, all runs lie below it (base 0)
};

inline uint32_t word_bytes(const Chip& chip, isa::Buffer buffer) {
  if (buffer == isa::Buffer::kActivation) return chip.array_rows;
  return buffer == isa::Buffer::kWeight ? chip.array_cols : chip.post_lanes * 8;
}

inline uint32_t run_words(const Chip& chip, const isa::Load& load) {
  const uint32_t bytes = word_bytes(chip, load.buffer);
  return load.diagonal ? load.run_bytes : (load.run_bytes + bytes - 1) / bytes;
}

/// A legal load. Without `dram_bytes`, offset and strides are any bits.
inline isa::Load random_load(Random& random, const Chip& chip, const LoadLimits& limits) {
  isa::Load load;
  load.buffer = static_cast<isa::Buffer>(random.below(3));
  load.diagonal = load.buffer == isa::Buffer::kWeight && random.chance(30);
  load.common.post_mask = static_cast<uint16_t>(random.bits(16));
  load.run_bytes = static_cast<uint32_t>(random.between(1, limits.run_bytes));
  if (random.chance(30)) load.run_bytes = static_cast<uint32_t>(random.between(1, 2 * chip.axi_bytes()));
  if (random.chance(20)) load.run_bytes = chip.axi_burst_bytes * static_cast<uint32_t>(random.between(1, 2));
  for (auto& count : load.count) {
    count = random.chance(50) ? 1 : static_cast<uint16_t>(random.between(1, limits.count));
  }
  load.pad_value = static_cast<uint8_t>(random.bits(8));
  for (auto* pad : {&load.pad_top, &load.pad_bottom, &load.pad_left, &load.pad_right}) {
    if (random.chance(30)) *pad = static_cast<uint16_t>(random.between(0, limits.padding));
  }
  if (random.chance(10) && load.pad_top + load.pad_bottom > 0) load.count[0] = 0;
  load.dst_base = static_cast<uint32_t>(random.bits(32));
  for (auto& stride : load.dst_stride) stride = static_cast<int32_t>(random.bits(32));
  if (limits.dram_bytes == 0) {
    load.dram_offset = random.bits(random.chance(50) ? 48 : 32);
    for (auto& stride : load.dram_stride) stride = static_cast<int32_t>(random.bits(32));
    if (random.chance(50)) load.dram_offset &= ~(uint64_t{chip.axi_burst_bytes} - 1);
  } else {
    int64_t low = 0, high = load.run_bytes;
    for (size_t i = 0; i < load.count.size(); ++i) {
      load.dram_stride[i] = static_cast<int32_t>(random.between(-400, 400));
      const int64_t reach = int64_t{load.dram_stride[i]} * (std::max<int64_t>(load.count[i], 1) - 1);
      (reach < 0 ? low : high) += reach;
    }
    load.dram_offset = static_cast<uint64_t>(random.between(-low, limits.dram_bytes - high));
    if (random.chance(20)) load.dram_offset |= random.bits(8) << 40;  // above an address of 40 bits
  }
  return load;
}

/// Calls `row(is_data, dst, src)` for each row, with wrapping 64-bit addresses.
template <class Row>
void for_each_row(const isa::Load& load, uint64_t base, Row row) {
  const auto step = [](uint64_t count, int32_t stride) { return count * static_cast<uint64_t>(int64_t{stride}); };
  for (uint64_t i4 = 0; i4 < load.count[3]; ++i4)
    for (uint64_t i3 = 0; i3 < load.count[2]; ++i3)
      for (uint64_t i2 = 0; i2 < load.count[1]; ++i2)
        for (uint64_t i1 = 0; i1 < uint64_t{load.pad_top} + load.count[0] + load.pad_bottom; ++i1) {
          const uint64_t dst = load.dst_base + step(i4, load.dst_stride[3]) + step(i3, load.dst_stride[2]) +
                               step(i2, load.dst_stride[1]) + step(i1, load.dst_stride[0]);
          const bool is_data = i1 >= load.pad_top && i1 < uint64_t{load.pad_top} + load.count[0];
          const uint64_t src = base + load.dram_offset + step(i4, load.dram_stride[3]) + step(i3, load.dram_stride[2]) +
                               step(i2, load.dram_stride[1]) + step(i1 - load.pad_top, load.dram_stride[0]);
          row(is_data, dst, src);
        }
}

}  // namespace systole::bench
