// SPDX-License-Identifier: Apache-2.0
//
// matrix: the loop nest of the array. docs/reference/instruction_set.md says what the fields mean, rtl/isa_pkg.sv has them too.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "formats/int8.hpp"
#include "isa/engines.hpp"
#include "isa/field.hpp"

namespace systole::isa {

struct Matrix {
  static constexpr Engine kEngine = Engine::kMatrix;
  Common common;
  bool accumulate = false;
  bool activation_signed = true, weight_signed = true;
  bool per_column_zero_point = false;
  formats::int8::OperandBits activation_zero_point = 0, weight_zero_point = 0;  // bit pattern in the operand's type
  std::uint16_t m_y = 1, m_x = 1, k_y = 1, k_x = 1, k_c = 1, n = 1;
  std::uint16_t m_b = 1;              // images that share the weights
  std::uint16_t n_b = 1;              // sets, images or heads, with weights of their own
  std::uint32_t activation_base = 0;  // words, as all activation strides
  std::int32_t activation_stride_y = 0, activation_stride_x = 0;
  std::int32_t activation_stride_ky = 0, activation_stride_kx = 0;
  std::int32_t activation_stride_kc = 0, activation_stride_n = 0;
  std::int32_t activation_stride_b = 0, activation_stride_nb = 0;
  std::uint32_t weight_base = 0;       // words
  std::uint32_t accumulator_base = 0;  // rows
  std::int32_t accumulator_stride_n = 0;

  template <class Self, class Visitor>
  static void visit_fields(Self& x, Visitor&& visit) {
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
    visit(Field{"m_b", 18, 0, 16}, x.m_b);
    visit(Field{"n_b", 18, 16, 16}, x.n_b);
    visit(Field{"activation_stride_b", 19, 0, 32}, x.activation_stride_b);
    visit(Field{"activation_stride_nb", 20, 0, 32}, x.activation_stride_nb);
  }

  std::optional<std::string> illegal_reason() const {
    if (m_y == 0) return "m_y is 0";
    if (m_x == 0) return "m_x is 0";
    if (k_y == 0) return "k_y is 0";
    if (k_x == 0) return "k_x is 0";
    if (k_c == 0) return "k_c is 0";
    if (n == 0) return "n is 0";
    if (m_b == 0) return "m_b is 0";
    if (n_b == 0) return "n_b is 0";
    return std::nullopt;
  }

  // Rows of the accumulators that a column block fills.
  std::uint64_t rows() const { return std::uint64_t{m_b} * m_y * m_x; }
  // Weight passes over the same rows.
  std::uint64_t taps() const { return std::uint64_t{k_y} * k_x * k_c; }
  // Column blocks, of all sets.
  std::uint64_t blocks() const { return std::uint64_t{n_b} * n; }
};

}  // namespace systole::isa
