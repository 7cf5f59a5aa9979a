// SPDX-License-Identifier: Apache-2.0
//
// matrix: the loop nest.
//
// `perform` is the loop nest of instruction_set.md. A weight pass unpacks its tile once, to int16 with
// the zero point subtracted. Then each output position is one vector-matrix product, int16 x int16 ->
// int32, over a block of columns whose sums stay in registers. Sums of one pass cannot overflow: 512
// rows * 255 * 255 < 2^31.
#include <fmt/format.h>

#include <algorithm>

#include "reference/arithmetic.hpp"
#include "reference/reference.hpp"
#include "support/error.hpp"

namespace systole::reference {
namespace {

// Operands with their zero points subtracted.
using formats::int8::Operand;
using Tile = std::vector<Operand>;  // [array_rows][array_cols]
using Act = std::vector<Operand>;   // [array_rows]

// accumulator[c] += SUM over r of act[r] * tile[r][c] for `Width` columns, wrapping; or without
// what was there before.
template <int Width>
void add_products(const Operand* act, std::size_t rows, const Operand* tile, std::size_t cols, bool overwrite,
                  Sum* accumulator) {
  Sum sum[Width] = {};
  for (std::size_t r = 0; r < rows; ++r) {
    const Operand a = act[r];
    const Operand* weights = tile + r * cols;
    for (int c = 0; c < Width; ++c) sum[c] += Sum{a} * weights[c];
  }
  for (int c = 0; c < Width; ++c) {
    const std::uint32_t before = overwrite ? 0 : static_cast<std::uint32_t>(accumulator[c]);
    accumulator[c] = static_cast<Sum>(before + static_cast<std::uint32_t>(sum[c]));
  }
}

void multiply_row(const Act& act, const Tile& tile, std::size_t cols, bool overwrite, Sum* accumulator) {
  const std::size_t rows = act.size();
  if (cols == 4) return add_products<4>(act.data(), rows, tile.data(), cols, overwrite, accumulator);
  if (cols == 8) return add_products<8>(act.data(), rows, tile.data(), cols, overwrite, accumulator);
  for (std::size_t c = 0; c < cols; c += 16)
    add_products<16>(act.data(), rows, tile.data() + c, cols, overwrite, accumulator + c);
}

}  // namespace

void ReferenceChip::perform(const isa::Matrix& matrix, MemoryImage&) {
  const std::size_t rows = chip_.array_rows;
  const std::size_t cols = chip_.array_cols;
  if (matrix.rows() > chip_.accumulator_rows)
    throw UserError(
        fmt::format("matrix: m_b * m_y * m_x = {} * {} * {}: must be at most {}, the accumulator rows of a bank",
                    matrix.m_b, matrix.m_y, matrix.m_x, chip_.accumulator_rows));
  // On-chip addresses wrap at the size of the memory, a power of two; 32-bit arithmetic wraps at a
  // multiple of it.
  const std::uint32_t activation_mask = chip_.activation_words() - 1;
  const std::uint32_t weight_mask = chip_.weight_words - 1;
  const std::uint32_t accumulator_mask = 2 * chip_.accumulator_rows - 1;
  const auto steps = [](std::uint32_t count, std::int32_t stride) {
    return count * static_cast<std::uint32_t>(stride);
  };
  const std::int32_t activation_zero = widen(matrix.activation_zero_point, matrix.activation_signed);
  const std::int32_t weight_zero = widen(matrix.weight_zero_point, matrix.weight_signed);

  Tile tile(rows * cols);
  Act act(rows);
  std::vector<std::int32_t> column_zero(cols, weight_zero);
  std::uint32_t weight_word = matrix.weight_base;
  const auto next_weight_word = [&] { return weight_.data() + (weight_word++ & weight_mask) * cols; };

  const auto pass = [&](std::uint32_t nb, std::uint32_t n, std::uint32_t ky, std::uint32_t kx, std::uint32_t kc) {
    if (matrix.per_column_zero_point) {
      const std::uint8_t* zeros = next_weight_word();
      for (std::size_t c = 0; c < cols; ++c) column_zero[c] = widen(zeros[c], matrix.weight_signed);
    }
    for (std::size_t r = 0; r < rows; ++r) {
      const std::uint8_t* weights = next_weight_word();
      for (std::size_t c = 0; c < cols; ++c)
        tile[r * cols + c] = static_cast<Operand>(widen(weights[c], matrix.weight_signed) - column_zero[c]);
    }
    const bool first_pass = ky == 0 && kx == 0 && kc == 0;
    const bool overwrite = first_pass && !matrix.accumulate;
    const std::uint32_t pass_base = matrix.activation_base + steps(ky, matrix.activation_stride_ky) +
                                    steps(kx, matrix.activation_stride_kx) + steps(kc, matrix.activation_stride_kc) +
                                    steps(n, matrix.activation_stride_n) + steps(nb, matrix.activation_stride_nb);
    std::uint32_t row = matrix.accumulator_base + steps(nb * matrix.n + n, matrix.accumulator_stride_n);
    for (std::uint32_t b = 0; b < matrix.m_b; ++b) {
      for (std::uint32_t y = 0; y < matrix.m_y; ++y) {
        for (std::uint32_t x = 0; x < matrix.m_x; ++x, ++row) {
          const std::uint32_t word = pass_base + steps(b, matrix.activation_stride_b) +
                                     steps(y, matrix.activation_stride_y) + steps(x, matrix.activation_stride_x);
          const std::uint8_t* bytes = activation_.data() + (word & activation_mask) * rows;
          for (std::size_t r = 0; r < rows; ++r)
            act[r] = static_cast<Operand>(widen(bytes[r], matrix.activation_signed) - activation_zero);
          multiply_row(act, tile, cols, overwrite, accumulators_.data() + (row & accumulator_mask) * cols);
        }
      }
    }
  };
  for (std::uint32_t nb = 0; nb < matrix.n_b; ++nb)
    for (std::uint32_t n = 0; n < matrix.n; ++n)
      for (std::uint32_t ky = 0; ky < matrix.k_y; ++ky)
        for (std::uint32_t kx = 0; kx < matrix.k_x; ++kx)
          for (std::uint32_t kc = 0; kc < matrix.k_c; ++kc) pass(nb, n, ky, kx, kc);
}

}  // namespace systole::reference
