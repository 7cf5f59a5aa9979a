// SPDX-License-Identifier: Apache-2.0
//
// The one table of instruction fields in C++: name, place in the encoding and member of the C++
// value.
//
// `visit_fields(load, visitor)` calls `visitor(Field, member&)` for every field of the instruction
// in the order of docs/reference/instruction_set.md. Encoding, decoding, the assembler and the
// disassembler are four visitors; rtl/isa_pkg.sv is compared with the same table by a test.
#pragma once

#include <string_view>
#include <vector>

#include "isa/instruction.hpp"

namespace systole::isa {

// A field occupies bits lsb .. lsb+width-1 of 32-bit word `word`.
struct Field {
  std::string_view name;
  int word;
  int lsb;
  int width;

  std::uint32_t mask() const { return (width == 32 ? 0xffffffffu : (1u << width) - 1u); }
  std::uint32_t get(const Encoded& words) const { return (words[word] >> lsb) & mask(); }
};

inline constexpr Field kOpcodeField{"opcode", 0, 0, 8};
inline constexpr Field kVersionField{"version", 0, 8, 4};
inline constexpr Field kLengthField{"length", 0, 12, 4};
inline constexpr int kLengthUnits = 4;  // an instruction is four units of 32 bytes

template <class CommonT, class Visitor>
void visit_common_fields(CommonT& x, Visitor&& visit) {
  visit(Field{"wait_mask", 1, 0, 16}, x.wait_mask);
  visit(Field{"post_mask", 1, 16, 16}, x.post_mask);
  visit(Field{"tag", 3, 0, 32}, x.tag);
}

namespace detail {

template <class LoadT, class Visitor>
void visit_load(LoadT& x, Visitor&& visit) {
  visit(Field{"buffer", 0, 16, 2}, x.buffer);
  visit(Field{"base", 0, 18, 2}, x.base);
  visit(Field{"transpose", 0, 20, 1}, x.transpose);
  visit(Field{"diagonal", 0, 21, 1}, x.diagonal);
  visit(Field{"dram_offset", 4, 0, 32}, x.dram_offset);
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
}

template <class MatrixT, class Visitor>
void visit_matrix(MatrixT& x, Visitor&& visit) {
  visit(Field{"accumulate", 0, 16, 1}, x.accumulate);
  visit(Field{"activation_signed", 0, 17, 1}, x.activation_signed);
  visit(Field{"weight_signed", 0, 18, 1}, x.weight_signed);
  visit(Field{"per_column_zero_point", 0, 19, 1}, x.per_column_zero_point);
  visit(Field{"activation_zero_point", 4, 0, 8}, x.activation_zero_point);
  visit(Field{"weight_zero_point", 4, 8, 8}, x.weight_zero_point);
  visit(Field{"m_y", 5, 0, 16}, x.m_y);
  visit(Field{"m_x", 5, 16, 16}, x.m_x);
  visit(Field{"k_y", 6, 0, 16}, x.k_y);
  visit(Field{"k_x", 6, 16, 16}, x.k_x);
  visit(Field{"k_c", 7, 0, 16}, x.k_c);
  visit(Field{"n", 7, 16, 16}, x.n);
  visit(Field{"activation_base", 8, 0, 32}, x.activation_base);
  visit(Field{"activation_stride_y", 9, 0, 32}, x.activation_stride_y);
  visit(Field{"activation_stride_x", 10, 0, 32}, x.activation_stride_x);
  visit(Field{"activation_stride_ky", 11, 0, 32}, x.activation_stride_ky);
  visit(Field{"activation_stride_kx", 12, 0, 32}, x.activation_stride_kx);
  visit(Field{"activation_stride_kc", 13, 0, 32}, x.activation_stride_kc);
  visit(Field{"activation_stride_n", 14, 0, 32}, x.activation_stride_n);
  visit(Field{"weight_base", 15, 0, 32}, x.weight_base);
  visit(Field{"accumulator_base", 16, 0, 32}, x.accumulator_base);
  visit(Field{"accumulator_stride_n", 17, 0, 32}, x.accumulator_stride_n);
}

template <class StoreT, class Visitor>
void visit_store(StoreT& x, Visitor&& visit) {
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
  visit(Field{"dst_base", 4, 0, 32}, x.dst_base);
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
}

}  // namespace detail

// The fields of one opcode, without those that every instruction has. Works on const and non-const
// instructions.
template <class Visitor>
void visit_fields(Load& x, Visitor&& visit) {
  detail::visit_load(x, visit);
}
template <class Visitor>
void visit_fields(const Load& x, Visitor&& visit) {
  detail::visit_load(x, visit);
}
template <class Visitor>
void visit_fields(Matrix& x, Visitor&& visit) {
  detail::visit_matrix(x, visit);
}
template <class Visitor>
void visit_fields(const Matrix& x, Visitor&& visit) {
  detail::visit_matrix(x, visit);
}
template <class Visitor>
void visit_fields(Store& x, Visitor&& visit) {
  detail::visit_store(x, visit);
}
template <class Visitor>
void visit_fields(const Store& x, Visitor&& visit) {
  detail::visit_store(x, visit);
}

// The fields that every instruction has, opcode, version and length included.
std::vector<Field> common_fields();

// The fields that only this opcode has.
std::vector<Field> fields_of(Opcode opcode);

// Bits that must be zero: those without a field, and the load's transpose flag, whose unit does not
// exist yet.
Encoded reserved_mask(Opcode opcode);

}  // namespace systole::isa
