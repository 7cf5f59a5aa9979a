// SPDX-License-Identifier: Apache-2.0
//
// store: post-processing, to DRAM or to the activation buffer.
#include <fmt/format.h>

#include <algorithm>
#include <boost/endian/conversion.hpp>
#include <cstring>

#include "isa/access.hpp"
#include "reference/arithmetic.hpp"
#include "reference/dram.hpp"
#include "reference/reference.hpp"
#include "support/error.hpp"

namespace systole::reference {
namespace {

namespace endian = boost::endian;

constexpr std::uint32_t kMaxLanes = 128;
using formats::int8::kBiasBytes;
using formats::int8::kParameterBytes;  // of one lane: bias, scale
using formats::int8::kSumBytes;

// A group's position in the iteration space.
struct Index {
  std::uint32_t i0, i1, i2, i3, i4, g;
};

bool is_normal_or_zero(float x) { return x == 0.0f || std::isnormal(x); }

void check_scales(const isa::Store& store) {
  if (!store.residual) return;
  const auto refuse = [](const char* name, float value, const char* allowed) {
    throw UserError(fmt::format("store: {} = {}: must be {}", name, value, allowed));
  };
  const auto is_scale = [](float x) { return is_normal_or_zero(x) && !std::signbit(x); };
  if (!is_scale(store.add_scale_source))
    refuse("add_scale_source", store.add_scale_source, "zero or a positive normal number");
  if (!is_scale(store.add_scale_residual))
    refuse("add_scale_residual", store.add_scale_residual, "zero or a positive normal number");
  if (!is_normal_or_zero(store.add_offset)) refuse("add_offset", store.add_offset, "zero or a normal number");
}

}  // namespace

void ReferenceChip::perform(const isa::Store& store, MemoryImage& dram) {
  check_scales(store);
  const std::uint32_t lanes = chip_.post_lanes;
  invariant(lanes <= kMaxLanes, "post_lanes is at most 128");
  const bool from_activation = store.source == isa::Source::kActivation;
  const bool to_dram = store.destination == isa::Destination::kDram;
  // Addresses count groups and wrap at the number of groups, a power of two; 32-bit arithmetic
  // wraps at a multiple of it.
  const std::uint32_t word_groups = isa::groups_per_word(chip_, isa::Memory::kActivation);
  const std::uint32_t activation_groups = chip_.activation_words() * word_groups;
  const std::uint32_t accumulator_groups =
      2 * chip_.accumulator_rows * isa::groups_per_word(chip_, isa::Memory::kAccumulator);
  const std::uint32_t bank_groups = chip_.activation_bank_words * word_groups;
  const std::uint32_t source_groups = from_activation ? activation_groups : accumulator_groups;
  const std::int32_t mid_zero_point = widen(store.mid_zero_point, store.mid_signed);
  const AddScales scales{store.add_scale_source, store.add_scale_residual, store.add_offset};

  const auto source_group = [&](const Index& at, std::uint32_t wy, std::uint32_t wx) {
    const auto stride = [](std::int32_t x) { return static_cast<std::uint32_t>(x); };
    return (store.source_base + at.i4 * stride(store.source_stride[4]) + at.i3 * stride(store.source_stride[3]) +
            at.i2 * stride(store.source_stride[2]) + at.i1 * stride(store.source_stride[1]) +
            at.i0 * stride(store.source_stride[0]) + wy * stride(store.source_stride_wy) +
            wx * stride(store.source_stride_wx) + at.g) &
           (source_groups - 1);
  };
  const auto residual_group = [&](const Index& at) {
    const auto stride = [](std::int32_t x) { return static_cast<std::uint32_t>(x); };
    return (store.residual_base + at.i4 * stride(store.residual_stride[3]) + at.i3 * stride(store.residual_stride[2]) +
            at.i2 * stride(store.residual_stride[1]) + at.i1 * stride(store.residual_stride[0]) + at.i0 * store.groups +
            at.g) &
           (activation_groups - 1);
  };
  const auto parameter_word = [&](const Index& at) {
    std::uint32_t word = store.parameter_base;
    if (!store.parameter_per_tensor) word += at.i3 * store.parameter_stride_3 + at.i2 * store.parameter_stride_2 + at.g;
    return word & (chip_.parameter_words - 1);
  };

  // What a group becomes in one step: the values of `lanes` channels, after the clamp (or raw).
  const auto step = [&](const Index& at, std::uint32_t wy, std::uint32_t wx, std::int32_t* out) {
    const std::uint32_t source = source_group(at, wy, wx);
    const std::uint32_t residual = residual_group(at);
    if (from_activation && store.residual && source / bank_groups == residual / bank_groups)
      throw UserError(
          fmt::format("store: error 5: source group {} and residual group {} are both in activation bank {}", source,
                      residual, source / bank_groups));
    const std::uint32_t parameter = parameter_word(at);
    for (std::uint32_t lane = 0; lane < lanes; ++lane) {
      const std::int32_t s = from_activation ? widen(activation_[source * lanes + lane], store.source_signed)
                                             : accumulators_[source * lanes + lane];
      if (store.raw) {
        out[lane] = s;
        continue;
      }
      std::int32_t v = s;
      if (store.requantize) {
        const std::uint8_t* p = parameter_.data() + (std::size_t{parameter} * lanes + lane) * kParameterBytes;
        const std::int32_t bias = endian::load_little_s32(p);
        const std::uint32_t scale_bits = endian::load_little_u32(p + kBiasBytes);
        float scale;
        std::memcpy(&scale, &scale_bits, sizeof scale);
        if (!is_normal_or_zero(scale) || std::signbit(scale))
          throw UserError(
              fmt::format("store: scale of parameter word {}, lane {} = {}: must be zero or a "
                          "positive normal number",
                          parameter, lane, scale));
        v = requantize(s, bias, scale, mid_zero_point, store.mid_signed);
      }
      if (store.residual)
        v = add_residual(v, widen(activation_[residual * lanes + lane], store.residual_signed), scales,
                         store.output_signed);
      out[lane] = std::min(std::max<std::int32_t>(v, store.clamp_low), std::int32_t{store.clamp_high});
    }
  };

  const std::uint32_t group_size = to_dram ? isa::group_bytes_in_dram(chip_, store) : 1;
  const auto write = [&](const Index& at, const std::int32_t* values) {
    const std::uint64_t offset = store.dst_base + steps(at.i4, store.dst_stride[3]) +
                                 steps(at.i3, store.dst_stride[2]) + steps(at.i2, store.dst_stride[1]) +
                                 steps(at.i1, store.dst_stride[0]) +
                                 (std::uint64_t{at.i0} * store.groups + at.g) * group_size;
    std::uint8_t* to = to_dram ? dram_at(dram, chip_, base_[static_cast<int>(store.base)] + offset, group_size, "store")
                               : activation_.data() + (offset & (activation_groups - 1)) * lanes;
    for (std::uint32_t lane = 0; lane < lanes; ++lane) {
      if (store.raw)
        endian::store_little_s32(to + kSumBytes * lane, values[lane]);
      else
        to[lane] = static_cast<std::uint8_t>(values[lane]);
    }
  };

  const auto window = [&](const Index& at) {
    std::int32_t maximum[kMaxLanes];
    for (std::uint32_t wy = 0; wy < store.window_y; ++wy) {
      for (std::uint32_t wx = 0; wx < store.window_x; ++wx) {
        std::int32_t values[kMaxLanes];
        step(at, wy, wx, values);
        for (std::uint32_t lane = 0; lane < lanes; ++lane)
          maximum[lane] = wy == 0 && wx == 0 ? values[lane] : std::max(maximum[lane], values[lane]);
      }
    }
    write(at, maximum);
  };

  Index at;
  for (at.i4 = 0; at.i4 < store.count[4]; ++at.i4)
    for (at.i3 = 0; at.i3 < store.count[3]; ++at.i3)
      for (at.i2 = 0; at.i2 < store.count[2]; ++at.i2)
        for (at.i1 = 0; at.i1 < store.count[1]; ++at.i1)
          for (at.i0 = 0; at.i0 < store.count[0]; ++at.i0)
            for (at.g = 0; at.g < store.groups; ++at.g) window(at);
}

}  // namespace systole::reference
