// SPDX-License-Identifier: Apache-2.0
//
// store: post-processing, to DRAM or to the activation buffer. docs/reference/instruction_set.md says what the fields mean, rtl/isa_pkg.sv has them too.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "formats/int8.hpp"
#include "isa/engines.hpp"
#include "isa/field.hpp"

namespace systole::isa {

enum class Source : std::uint8_t { kAccumulator = 0, kActivation = 1 };
enum class Destination : std::uint8_t { kDram = 0, kActivation = 1 };

struct Store {
  static constexpr Engine kEngine = Engine::kStore;
  Common common;
  Source source = Source::kAccumulator;
  Destination destination = Destination::kDram;
  Base base = Base::kTensor;
  bool raw = false, requantize = false;
  bool source_signed = true, mid_signed = true;
  bool residual = false, residual_signed = true, output_signed = true;
  bool parameter_per_tensor = false;
  std::uint64_t dst_base = 0;                   // bytes in DRAM, 48 bits; groups in the activation buffer, 32 bits
  std::array<std::int32_t, 4> dst_stride = {};  // [0] is dst_stride_1
  Counts<5> count;                              // [0] is count_0
  std::uint8_t window_y = 1, window_x = 1;
  std::uint16_t groups = 1;
  std::uint32_t source_base = 0;  // groups
  std::array<std::int32_t, 5> source_stride = {};
  std::int32_t source_stride_wy = 0, source_stride_wx = 0;
  std::uint32_t residual_base = 0;  // groups
  std::array<std::int32_t, 4> residual_stride = {};
  std::uint16_t parameter_base = 0, parameter_stride_2 = 0, parameter_stride_3 = 0;  // words
  formats::int8::OperandBits mid_zero_point = 0;  // bit pattern in the type of mid_signed
  std::int16_t clamp_low = formats::int8::lowest(true), clamp_high = formats::int8::highest(true);
  float add_scale_source = 0, add_scale_residual = 0, add_offset = 0;

  template <class Self, class Visitor>
  static void visit_fields(Self& x, Visitor&& visit) {
    visit(Field{"source", 0, 16, 1}, x.source);
    visit(Field{"destination", 0, 17, 1}, x.destination);
    visit(Field{"base", 0, 18, 2}, x.base);
    visit(Field{"raw", 0, 20, 1}, x.raw);
    visit(Field{"requantize", 0, 21, 1}, x.requantize);
    visit(Field{"source_signed", 0, 22, 1}, x.source_signed);
    visit(Field{"mid_signed", 0, 23, 1}, x.mid_signed);
    visit(Field{"residual", 0, 24, 1}, x.residual);
    visit(Field{"residual_signed", 0, 25, 1}, x.residual_signed);
    visit(Field{"output_signed", 0, 26, 1}, x.output_signed);
    visit(Field{"parameter_per_tensor", 0, 27, 1}, x.parameter_per_tensor);
    visit(Field{"dst_base", 4, 0, 32, "dst_base_high", 28, 16, 16}, x.dst_base);
    visit(Field{"dst_stride_1", 5, 0, 32}, x.dst_stride[0]);
    visit(Field{"dst_stride_2", 6, 0, 32}, x.dst_stride[1]);
    visit(Field{"dst_stride_3", 7, 0, 32}, x.dst_stride[2]);
    visit(Field{"count_0", 8, 0, 16}, x.count[0]);
    visit(Field{"count_1", 8, 16, 16}, x.count[1]);
    visit(Field{"count_2", 9, 0, 16}, x.count[2]);
    visit(Field{"count_3", 9, 16, 16}, x.count[3]);
    visit(Field{"window_y", 10, 0, 8}, x.window_y);
    visit(Field{"window_x", 10, 8, 8}, x.window_x);
    visit(Field{"groups", 10, 16, 16}, x.groups);
    visit(Field{"source_base", 11, 0, 32}, x.source_base);
    visit(Field{"source_stride_0", 12, 0, 32}, x.source_stride[0]);
    visit(Field{"source_stride_1", 13, 0, 32}, x.source_stride[1]);
    visit(Field{"source_stride_2", 14, 0, 32}, x.source_stride[2]);
    visit(Field{"source_stride_3", 15, 0, 32}, x.source_stride[3]);
    visit(Field{"source_stride_wy", 16, 0, 32}, x.source_stride_wy);
    visit(Field{"source_stride_wx", 17, 0, 32}, x.source_stride_wx);
    visit(Field{"residual_base", 18, 0, 32}, x.residual_base);
    visit(Field{"residual_stride_1", 19, 0, 32}, x.residual_stride[0]);
    visit(Field{"residual_stride_2", 20, 0, 32}, x.residual_stride[1]);
    visit(Field{"residual_stride_3", 21, 0, 32}, x.residual_stride[2]);
    visit(Field{"parameter_base", 22, 0, 16}, x.parameter_base);
    visit(Field{"parameter_stride_2", 22, 16, 16}, x.parameter_stride_2);
    visit(Field{"parameter_stride_3", 23, 0, 16}, x.parameter_stride_3);
    visit(Field{"mid_zero_point", 23, 16, 8}, x.mid_zero_point);
    visit(Field{"clamp_low", 24, 0, 16}, x.clamp_low);
    visit(Field{"clamp_high", 24, 16, 16}, x.clamp_high);
    visit(Field{"add_scale_source", 25, 0, 32}, x.add_scale_source);
    visit(Field{"add_scale_residual", 26, 0, 32}, x.add_scale_residual);
    visit(Field{"add_offset", 27, 0, 32}, x.add_offset);
    visit(Field{"count_4", 28, 0, 16}, x.count[4]);
    visit(Field{"dst_stride_4", 29, 0, 32}, x.dst_stride[3]);
    visit(Field{"source_stride_4", 30, 0, 32}, x.source_stride[4]);
    visit(Field{"residual_stride_4", 31, 0, 32}, x.residual_stride[3]);
  }

  std::optional<std::string> illegal_reason() const {
    for (std::size_t i = 0; i < count.size(); ++i)
      if (count[i] == 0) return "count_" + std::to_string(i) + " is 0";
    if (window_y == 0) return "window_y is 0";
    if (window_x == 0) return "window_x is 0";
    if (groups == 0) return "groups is 0";
    if (destination == Destination::kActivation && dst_base >> 32 != 0)
      return "dst_base_high with the activation buffer as destination";
    if (raw) {
      if (source != Source::kAccumulator) return "raw with a source other than the accumulators";
      if (destination != Destination::kDram) return "raw with a destination other than DRAM";
      if (window_y != 1 || window_x != 1) return "raw with a window";
      if (residual) return "raw with a residual";
      if (requantize) return "raw with requantize";
    } else if (source == Source::kAccumulator && !requantize) {
      return "an accumulator source needs requantize or raw";
    }
    return std::nullopt;
  }
};

}  // namespace systole::isa
