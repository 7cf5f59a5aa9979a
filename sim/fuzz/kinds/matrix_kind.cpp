// SPDX-License-Identifier: Apache-2.0
#include "fuzz/kinds/matrix_kind.hpp"

#include <algorithm>

namespace systole::fuzz {
namespace {

class MatrixKind final : public InstructionKind {
 public:
  std::uint32_t share() const override { return 3; }

  isa::Instruction draw(Draw& draw, const Chip& chip, const RandomOptions&) const override {
    isa::Matrix matrix;
    matrix.accumulate = draw.chance(40);
    matrix.activation_signed = draw.chance(50);
    matrix.weight_signed = draw.chance(50);
    matrix.per_column_zero_point = draw.chance(25);
    matrix.activation_zero_point = static_cast<std::uint8_t>(draw.bits());
    matrix.weight_zero_point = static_cast<std::uint8_t>(draw.bits());
    const std::uint32_t rows = chip.accumulator_rows;
    const bool one_pass = draw.chance(4);  // of one word
    const auto count = [&](std::uint32_t high) { return draw.count(one_pass ? 1 : high); };
    matrix.m_y = count(std::min(6u, rows));
    matrix.m_x = count(std::min(draw.chance(10) ? 32u : 8u, rows / matrix.m_y));
    matrix.m_b = count(std::min(draw.chance(50) ? 4u : 1u, rows / (matrix.m_y * matrix.m_x)));
    matrix.k_y = count(draw.chance(50) ? 1 : 3);
    matrix.k_x = count(draw.chance(50) ? 1 : 3);
    matrix.k_c = count(3);
    matrix.n = count(3);
    matrix.n_b = count(draw.chance(50) ? 3 : 1);
    matrix.activation_base = static_cast<std::uint32_t>(draw.bits());
    for (auto* stride : {&matrix.activation_stride_y, &matrix.activation_stride_x, &matrix.activation_stride_ky,
                         &matrix.activation_stride_kx, &matrix.activation_stride_kc, &matrix.activation_stride_n,
                         &matrix.activation_stride_b, &matrix.activation_stride_nb}) {
      *stride = draw.chance(10) ? 0 : draw.signed_uniform(-20, 60);
    }
    matrix.weight_base = static_cast<std::uint32_t>(draw.bits());
    matrix.accumulator_base = static_cast<std::uint32_t>(draw.bits());
    if (matrix.rows() * matrix.blocks() > 2 * rows) matrix.n = 1;
    if (matrix.rows() * matrix.blocks() > 2 * rows) matrix.n_b = 1;
    const auto m = static_cast<int>(matrix.rows());
    matrix.accumulator_stride_n = draw.chance(20) ? -m : m;
    return matrix;
  }

  std::vector<std::string> points() const override {
    std::vector<std::string> points;
    add_flag_points(points, "matrix",
                    {"accumulate", "activation_signed", "weight_signed", "per_column_zero_point", "several_images",
                     "several_sets"});
    add_loops_points(points, "matrix", 8);
    return points;
  }

  std::vector<std::string> hits(const isa::Instruction& instruction, const Chip&, const isa::Bases&) const override {
    const auto& x = std::get<isa::Matrix>(instruction);
    return {flag_point("matrix", "accumulate", x.accumulate),
            flag_point("matrix", "activation_signed", x.activation_signed),
            flag_point("matrix", "weight_signed", x.weight_signed),
            flag_point("matrix", "per_column_zero_point", x.per_column_zero_point),
            flag_point("matrix", "several_images", x.m_b > 1),
            flag_point("matrix", "several_sets", x.n_b > 1),
            loops_point("matrix", {x.m_b, x.m_y, x.m_x, x.k_y, x.k_x, x.k_c, x.n, x.n_b})};
  }

  const std::vector<Change>& simplifications() const override {
    static const std::vector<Change> changes = {
        change<isa::Matrix>([](isa::Matrix& x) { x.m_b = x.m_y = x.m_x = x.k_y = x.k_x = x.k_c = x.n = x.n_b = 1; }),
        change<isa::Matrix>([](isa::Matrix& x) { x.n_b = 1; }),
        change<isa::Matrix>([](isa::Matrix& x) { x.m_b = 1; }),
        change<isa::Matrix>([](isa::Matrix& x) { x.n = 1; }),
        change<isa::Matrix>([](isa::Matrix& x) { x.k_y = x.k_x = 1; }),
        change<isa::Matrix>([](isa::Matrix& x) { x.k_c = 1; }),
        change<isa::Matrix>([](isa::Matrix& x) { x.m_y = 1; }),
        change<isa::Matrix>([](isa::Matrix& x) { x.accumulate = x.per_column_zero_point = false; }),
        change<isa::Matrix>([](isa::Matrix& x) { x.activation_zero_point = x.weight_zero_point = 0; }),
        change<isa::Matrix>([](isa::Matrix& x) { x.activation_base = x.weight_base = x.accumulator_base = 0; }),
    };
    return changes;
  }
};

}  // namespace

const InstructionKind& matrix_kind() {
  static const MatrixKind kind;
  return kind;
}

}  // namespace systole::fuzz
