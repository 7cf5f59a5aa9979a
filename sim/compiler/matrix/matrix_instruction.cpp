// SPDX-License-Identifier: Apache-2.0
#include "compiler/matrix/matrix_instruction.hpp"

#include "compiler/plan/arithmetic.hpp"

namespace systole::compiler {

void MatrixInstructions::add_to(Item& item, const Tile& tile, const Group& group, const Chunk& chunk,
                                std::uint32_t accumulator_rows) const {
  const MatrixProblem& p = problem_;
  item.matrix_weight = 0;
  item.matrix = isa::Matrix{};
  const Patch patch = window(tile, group, chunk);
  const PatchStrides strides = p.in.on_chip ? read_in_place(item, patch) : load(item, patch);
  isa::Matrix& m = *item.matrix;
  m.activation_signed = p.activation_signed;
  m.weight_signed = p.weight_signed;
  m.per_column_zero_point = p.zero_point_by_column();
  m.activation_zero_point = static_cast<std::uint8_t>(p.activation_zero_point);
  m.weight_zero_point = m.per_column_zero_point ? 0 : static_cast<std::uint8_t>(per_channel(p.weight_zero_point, 0, 0));
  m.m_y = static_cast<std::uint16_t>(tile.rows);
  m.m_x = static_cast<std::uint16_t>(tile.columns);
  m.k_y = static_cast<std::uint16_t>(chunk.taps_y);
  m.k_x = static_cast<std::uint16_t>(chunk.taps_x);
  m.k_c = static_cast<std::uint16_t>(chunk.blocks);
  m.n = static_cast<std::uint16_t>(group.count);
  const auto words = [](std::int64_t v) { return static_cast<std::int32_t>(v); };
  m.activation_stride_y = tile.rows > 1 ? words(p.stride[0] / patch.row_step * strides.row) : 0;
  m.activation_stride_x = words(p.stride[1] * strides.column);
  m.activation_stride_ky = chunk.taps_y > 1 ? words(p.dilation[0] / patch.row_step * strides.row) : 0;
  m.activation_stride_kx = words(p.dilation[1] * strides.column);
  m.activation_stride_kc = words(strides.block);
  m.activation_stride_n = words(run_.step * strides.block);
  m.accumulator_base = accumulator_rows;
  m.accumulator_stride_n = words(tile.positions());
}

// The input words that the instruction reads. In place all rows and columns are there, the padding as well; a load
// leaves out rows that no output needs.
Patch MatrixInstructions::window(const Tile& tile, const Group& group, const Chunk& chunk) const {
  const MatrixProblem& p = problem_;
  Patch patch;
  patch.image = tile.image;
  patch.first_block = run_.inputs.first + (group.first - run_.first) * run_.step + chunk.block;
  patch.blocks = (group.count - 1) * run_.step + chunk.blocks;
  patch.row = tile.row * p.stride[0] - p.pad[0] + chunk.tap_y * p.dilation[0];
  if (p.in.on_chip) {
    patch.rows = (tile.rows - 1) * p.stride[0] + (chunk.taps_y - 1) * p.dilation[0] + 1;
  } else {
    patch.row_step = line_step(tile.rows, p.stride[0], chunk.taps_y, p.dilation[0]);
    patch.rows = line_count(tile.rows, p.stride[0], chunk.taps_y, p.dilation[0]);
  }
  patch.column = tile.column * p.stride[1] - p.pad[1] + chunk.tap_x * p.dilation[1];
  patch.columns = (tile.columns - 1) * p.stride[1] + (chunk.taps_x - 1) * p.dilation[1] + 1;
  patch.pad_value = static_cast<std::uint8_t>(p.activation_zero_point);
  return patch;
}

PatchStrides MatrixInstructions::read_in_place(Item& item, const Patch& w) const {
  const Operand& in = problem_.in;
  const std::int64_t word_bytes = items_.chip().activation_word_bytes();
  item.matrix->activation_base =
      static_cast<std::uint32_t>(in.at(w.image, w.first_block, w.row, w.column) / word_bytes);
  item.matrix_reads.push_back(word_span(in,
                                        {w.image, w.first_block, w.first_block + w.blocks - 1, w.row,
                                         w.row + w.rows - 1, w.column, w.column + w.columns - 1},
                                        items_.chip()));
  return {in.block_stride / word_bytes, in.row_stride / word_bytes, in.pixel_stride / word_bytes};
}

PatchStrides MatrixInstructions::load(Item& item, const Patch& w) const {
  Request request = patch_request(problem_.in, w, items_.chip().activation_word_bytes());
  request.key = items_.key({w.image, w.first_block, w.blocks, w.row, w.rows, w.row_step, w.column, w.columns});
  request.zone = zone_;
  item.matrix_activation = item.requests.size();
  item.requests.push_back(request);
  return patch_strides(problem_.in, w);
}

}  // namespace systole::compiler
