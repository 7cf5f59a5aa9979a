// SPDX-License-Identifier: Apache-2.0
//
// Random store instructions, and the walk over their taps, written from
// docs/reference/instruction_set.md.
#pragma once

#include <algorithm>

#include "chip/chip.hpp"
#include "isa/instruction.hpp"
#include "rtl/bench.hpp"

namespace systole::bench {

struct Tap {
  uint32_t source, residual, parameter, destination;  // addresses, not yet wrapped
  bool window_first, window_last, last;
};

/// All taps in their order. `destination` counts groups, as in the activation buffer.
inline std::vector<Tap> taps(const isa::Store& s) {
  std::vector<Tap> taps;
  const auto step = [](uint32_t count, int32_t stride) { return count * static_cast<uint32_t>(stride); };
  for (uint32_t i4 = 0; i4 < s.count[4]; ++i4)
    for (uint32_t i3 = 0; i3 < s.count[3]; ++i3)
      for (uint32_t i2 = 0; i2 < s.count[2]; ++i2)
        for (uint32_t i1 = 0; i1 < s.count[1]; ++i1)
          for (uint32_t i0 = 0; i0 < s.count[0]; ++i0)
            for (uint32_t g = 0; g < s.groups; ++g)
              for (uint32_t wy = 0; wy < s.window_y; ++wy)
                for (uint32_t wx = 0; wx < s.window_x; ++wx) {
                  Tap tap;
                  tap.source = s.source_base + step(i4, s.source_stride[4]) + step(i3, s.source_stride[3]) +
                               step(i2, s.source_stride[2]) + step(i1, s.source_stride[1]) +
                               step(i0, s.source_stride[0]) + step(wy, s.source_stride_wy) +
                               step(wx, s.source_stride_wx) + g;
                  const auto place = [&](uint64_t base, const std::array<int32_t, 4>& stride) {
                    return static_cast<uint32_t>(base) + step(i4, stride[3]) + step(i3, stride[2]) +
                           step(i2, stride[1]) + step(i1, stride[0]) + i0 * s.groups + g;
                  };
                  tap.residual = place(s.residual_base, s.residual_stride);
                  tap.destination = place(s.dst_base, s.dst_stride);
                  tap.parameter = s.parameter_base;
                  if (!s.parameter_per_tensor)
                    tap.parameter += i3 * s.parameter_stride_3 + i2 * s.parameter_stride_2 + g;
                  tap.window_first = wy == 0 && wx == 0;
                  tap.window_last = wy + 1u == s.window_y && wx + 1u == s.window_x;
                  tap.last = false;
                  taps.push_back(tap);
                }
  taps.back().last = true;
  return taps;
}

/// Every legal combination of flags; addresses and strides are any bits, counts small.
inline isa::Store random_store(Random& random) {
  isa::Store s;
  const auto count = [&](int64_t limit) {
    return static_cast<uint16_t>(random.chance(40) ? 1 : random.between(1, limit));
  };
  const auto any = [&] { return static_cast<int32_t>(static_cast<uint32_t>(random.bits(32))); };
  s.common.post_mask = static_cast<uint16_t>(random.bits(16));
  s.source = random.chance(50) ? isa::Source::kAccumulator : isa::Source::kActivation;
  s.destination = random.chance(50) ? isa::Destination::kDram : isa::Destination::kActivation;
  s.raw = s.source == isa::Source::kAccumulator && s.destination == isa::Destination::kDram && random.chance(40);
  s.requantize = !s.raw && (s.source == isa::Source::kAccumulator || random.chance(50));
  s.source_signed = random.chance(50);
  s.mid_signed = random.chance(50);
  s.residual = !s.raw && random.chance(40);
  s.residual_signed = random.chance(50);
  s.output_signed = random.chance(50);
  s.parameter_per_tensor = random.chance(30);
  s.base = static_cast<isa::Base>(random.below(4));
  for (auto& c : s.count) c = count(4);
  s.groups = count(5);
  if (!s.raw && random.chance(40)) {
    s.window_y = static_cast<uint8_t>(random.between(1, 3));
    s.window_x = static_cast<uint8_t>(random.between(1, 3));
  }
  s.dst_base = random.bits(s.destination == isa::Destination::kDram && random.chance(50) ? 48 : 32);
  s.source_base = static_cast<uint32_t>(any());
  s.residual_base = static_cast<uint32_t>(any());
  for (auto& stride : s.dst_stride) stride = any();
  for (auto& stride : s.source_stride) stride = any();
  for (auto& stride : s.residual_stride) stride = any();
  s.source_stride_wy = any();
  s.source_stride_wx = any();
  s.parameter_base = static_cast<uint16_t>(random.bits(16));
  s.parameter_stride_2 = static_cast<uint16_t>(random.bits(16));
  s.parameter_stride_3 = static_cast<uint16_t>(random.bits(16));
  s.mid_zero_point = static_cast<uint8_t>(random.bits(8));
  s.clamp_low = static_cast<int16_t>(random.between(-128, 60));
  s.clamp_high = static_cast<int16_t>(random.between(s.clamp_low, 255));
  s.add_scale_source = static_cast<float>(random.between(1, 300)) / 128.0f;
  s.add_scale_residual = static_cast<float>(random.between(1, 300)) / 128.0f;
  s.add_offset = static_cast<float>(random.between(-1000, 1000)) / 16.0f;
  return s;
}

}  // namespace systole::bench
