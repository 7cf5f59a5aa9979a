// SPDX-License-Identifier: Apache-2.0
//
// load: DRAM to a buffer. docs/reference/instruction_set.md says what the fields mean, rtl/isa_pkg.sv has them too.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "formats/int8.hpp"
#include "isa/engines.hpp"
#include "isa/field.hpp"

namespace systole::isa {

struct Load {
  static constexpr Engine kEngine = Engine::kLoad;
  Common common;
  Buffer buffer = Buffer::kActivation;
  Base base = Base::kTensor;
  bool transpose = false;  // reserved: illegal on this chip
  bool diagonal = false;   // weight buffer only: each byte of a run becomes a word, at its place on the tile's diagonal
  std::uint64_t dram_offset = 0;                 // 48 bits; bytes
  std::uint32_t run_bytes = 1;                   // 24 bits
  std::array<std::int32_t, 4> dram_stride = {};  // [0] is dram_stride_1; bytes
  Counts<4> count;                               // [0] is count_1
  formats::int8::OperandBits pad_value = 0;
  std::uint16_t pad_top = 0, pad_bottom = 0;    // rows
  std::uint16_t pad_left = 0, pad_right = 0;    // words
  std::uint32_t dst_base = 0;                   // words
  std::array<std::int32_t, 4> dst_stride = {};  // words

  template <class Self, class Visitor>
  static void visit_fields(Self& x, Visitor&& visit) {
    visit(Field{"buffer", 0, 16, 2}, x.buffer);
    visit(Field{"base", 0, 18, 2}, x.base);
    visit(Field{"transpose", 0, 20, 1}, x.transpose);
    visit(Field{"diagonal", 0, 21, 1}, x.diagonal);
    visit(Field{"dram_offset", 4, 0, 32, "dram_offset_high", 17, 16, 16}, x.dram_offset);
    visit(Field{"run_bytes", 5, 0, 24}, x.run_bytes);
    visit(Field{"dram_stride_1", 6, 0, 32}, x.dram_stride[0]);
    visit(Field{"dram_stride_2", 7, 0, 32}, x.dram_stride[1]);
    visit(Field{"dram_stride_3", 8, 0, 32}, x.dram_stride[2]);
    visit(Field{"count_1", 9, 0, 16}, x.count[0]);
    visit(Field{"count_2", 9, 16, 16}, x.count[1]);
    visit(Field{"count_3", 10, 0, 16}, x.count[2]);
    visit(Field{"pad_value", 10, 16, 8}, x.pad_value);
    visit(Field{"pad_top", 11, 0, 16}, x.pad_top);
    visit(Field{"pad_bottom", 11, 16, 16}, x.pad_bottom);
    visit(Field{"pad_left", 12, 0, 16}, x.pad_left);
    visit(Field{"pad_right", 12, 16, 16}, x.pad_right);
    visit(Field{"dst_base", 13, 0, 32}, x.dst_base);
    visit(Field{"dst_stride_1", 14, 0, 32}, x.dst_stride[0]);
    visit(Field{"dst_stride_2", 15, 0, 32}, x.dst_stride[1]);
    visit(Field{"dst_stride_3", 16, 0, 32}, x.dst_stride[2]);
    visit(Field{"count_4", 17, 0, 16}, x.count[3]);
    visit(Field{"dram_stride_4", 18, 0, 32}, x.dram_stride[3]);
    visit(Field{"dst_stride_4", 19, 0, 32}, x.dst_stride[3]);
  }

  std::optional<std::string> illegal_reason() const {
    if (static_cast<int>(buffer) > 2) return "buffer 3 does not exist";
    if (diagonal && buffer != Buffer::kWeight) return "diagonal with a buffer other than the weight buffer";
    if (run_bytes == 0) return "run_bytes is 0";
    if (count[1] == 0) return "count_2 is 0";
    if (count[2] == 0) return "count_3 is 0";
    if (count[3] == 0) return "count_4 is 0";
    if (count[0] == 0 && pad_top == 0 && pad_bottom == 0)
      return "a load without rows: count_1, pad_top and pad_bottom are 0";
    return std::nullopt;
  }
};

}  // namespace systole::isa
