// SPDX-License-Identifier: Apache-2.0
#include "compiler/lower/operand.hpp"

#include <limits>

#include "compiler/layout/layout.hpp"
#include "support/error.hpp"

namespace systole::compiler {

Operand operand_of(const Network& network, const Plan& plan, const std::vector<std::optional<TensorLayout>>& layout,
                   TensorId tensor) {
  Operand d;
  d.storage = plan.tensors[tensor].storage;
  const auto& resident = plan.tensors[d.storage].resident;
  const TensorLayout l =
      resident ? layout_of(network, plan, tensor)
               : (invariant(layout[tensor].has_value(), "an operand of a chip node has a place"), *layout[tensor]);
  d.block_channels = l.block;
  d.images = l.images;
  d.blocks = channel_blocks(l);
  d.first_plane = plan.tensors[tensor].first_block;
  d.image_planes = d.blocks;
  d.height = l.height;
  d.width = l.width;
  d.pixel_stride = static_cast<std::int64_t>(l.block) * l.element_bytes;
  d.on_chip = resident.has_value();
  const std::int64_t columns = resident ? resident->columns(l.width) : l.width,
                     rows = resident ? resident->rows(l.height) : l.height;
  d.row_stride = columns * d.pixel_stride;
  d.block_stride = rows * d.row_stride;
  d.image_stride = d.blocks * d.block_stride;
  d.offset = resident ? resident->base * d.pixel_stride + resident->top * d.row_stride + resident->left * d.pixel_stride
                      : l.offset;
  return d;
}

void see_as_matrices(Operand& d, std::int64_t count, std::int64_t rows) {
  d.whole = d.images != 1;
  d.images = count;
  d.height = 1;
  d.width = rows;
  d.row_stride = d.image_stride = rows * d.pixel_stride;
  d.block_stride = count * rows * d.pixel_stride;
  d.image_planes = 0;
  d.image_pixels = rows;
}

DramBox dram_box(const Operand& d, const Region& r) {
  if (d.whole)
    return {d.storage, 0, std::numeric_limits<std::int64_t>::max(), 0, std::numeric_limits<std::int64_t>::max()};
  const std::int64_t plane = d.first_plane + r.image * d.image_planes, pixel = r.image * d.image_pixels;
  return {d.storage, plane + r.first_block, plane + r.last_block + 1, pixel + r.first_row * d.width + r.first_column,
          pixel + r.last_row * d.width + r.last_column + 1};
}

WordSpan word_span(const Operand& d, const Region& r, const Chip& chip) {
  const std::int64_t word = chip.activation_word_bytes();
  return {static_cast<std::uint32_t>(d.at(r.image, r.first_block, r.first_row, r.first_column) / word),
          static_cast<std::uint32_t>(d.at(r.image, r.last_block, r.last_row, r.last_column) / word + 1)};
}

}  // namespace systole::compiler
