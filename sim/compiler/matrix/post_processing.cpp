// SPDX-License-Identifier: Apache-2.0
#include "compiler/matrix/post_processing.hpp"

namespace systole::compiler {

isa::Store post_processing(const MatrixProblem& p) {
  isa::Store st;
  st.source = isa::Source::kAccumulator;
  st.base = isa::Base::kTensor;
  st.raw = p.raw();
  if (p.raw()) return st;
  st.requantize = true;
  st.mid_signed = st.output_signed = p.output_signed;
  st.mid_zero_point = static_cast<std::uint8_t>(p.output_zero_point);
  const Clamp& clamp = p.residual ? p.residual->clamp : p.clamp;
  st.clamp_low = static_cast<std::int16_t>(clamp.low);
  st.clamp_high = static_cast<std::int16_t>(clamp.high);
  if (p.out.on_chip) st.destination = isa::Destination::kActivation;
  if (p.residual) {
    st.residual = true;
    st.residual_signed = p.residual->is_signed;
    st.output_signed = p.residual->output_signed;
    st.add_scale_source = p.residual->factors.ra;
    st.add_scale_residual = p.residual->factors.rb;
    st.add_offset = p.residual->factors.offset;
  }
  return st;
}

ResidualOperand::Strides ResidualOperand::add_to(Item& item, isa::Store& store, const Tile& tile, std::int64_t first,
                                                 std::int64_t blocks, std::int64_t channel) const {
  const Operand& operand = problem_.residual->operand;
  if (operand.on_chip) return read_in_place(item, store, tile, first, blocks, channel);
  const Chip& chip = items_.chip();
  const std::int64_t rows = chip.array_rows, lanes = chip.post_lanes, word_groups = rows / lanes;
  Patch patch;
  patch.image = tile.image;
  patch.first_block = first;
  patch.blocks = blocks;
  patch.row = tile.row;
  patch.rows = tile.rows;
  patch.column = tile.column;
  patch.columns = tile.columns;
  Request request = patch_request(operand, patch, chip.activation_word_bytes());
  request.key = items_.key({-1, patch.image, first, blocks, patch.row, patch.column});
  request.zone = zone_;
  item.store_residual = item.requests.size();
  item.requests.push_back(request);
  const PatchStrides strides = patch_strides(operand, patch);
  const std::int64_t skipped = channel / rows - first;
  store.residual_base = static_cast<std::uint32_t>(skipped * strides.block * word_groups + channel % rows / lanes);
  return {strides.column * word_groups, strides.row * word_groups, strides.block * word_groups};
}

ResidualOperand::Strides ResidualOperand::read_in_place(Item& item, isa::Store& store, const Tile& tile,
                                                        std::int64_t first, std::int64_t blocks,
                                                        std::int64_t channel) const {
  const Operand& operand = problem_.residual->operand;
  const std::int64_t rows = items_.chip().array_rows, lanes = items_.chip().post_lanes;
  store.residual_base = static_cast<std::uint32_t>(
      operand.at(tile.image, channel / rows, tile.row, tile.column) / lanes + channel % rows / lanes);
  item.store_reads.push_back(word_span(operand, region_of(tile, first, blocks), items_.chip()));
  return {operand.pixel_stride / lanes, operand.row_stride / lanes, operand.block_stride / lanes};
}

}  // namespace systole::compiler
