// SPDX-License-Identifier: Apache-2.0
//
// An operand is a tensor as instructions address it: in DRAM, or kept in the activation buffer between two nodes of one
// step.
#pragma once

#include <cstdint>
#include <optional>

#include "compiler/compiled_network.hpp"
#include "compiler/emit/items.hpp"
#include "compiler/plan/plan.hpp"

namespace systole::compiler {

// Strides and offset in bytes, from base register 0 or from the start of the activation buffer.
struct Operand {
  TensorId storage = 0;
  bool on_chip = false;
  std::uint64_t offset = 0;
  std::int64_t block_channels = 0;
  std::int64_t images = 1, blocks = 1, height = 1, width = 1;
  std::int64_t image_stride = 0, block_stride = 0, row_stride = 0, pixel_stride = 0;
  // Where the tensor and each of its images begin in the storage's planes and pixels (DramBox), for dependencies.
  std::int64_t first_plane = 0, image_planes = 1, image_pixels = 0;
  bool whole = false;  // coordinates are not those of the storage: dependencies are on the whole tensor

  std::int64_t at(std::int64_t image, std::int64_t block, std::int64_t row, std::int64_t column) const {
    return static_cast<std::int64_t>(offset) + image * image_stride + block * block_stride + row * row_stride +
           column * pixel_stride;
  }
  // All pixels of a channel block follow each other.
  bool dense_rows() const { return row_stride == width * pixel_stride; }
};

// Makes the rows of a matrix `count` matrices of `rows` rows each; each matrix is an image of height 1. If the operand
// is seen in another way, it is taken as the matrix, whose bytes are the same.
void see_as_matrices(Operand& operand, std::int64_t count, std::int64_t rows);

// `tensor` must have a layout or be resident.
Operand operand_of(const Network& network, const Plan& plan, const std::vector<std::optional<TensorLayout>>& layout,
                   TensorId tensor);

// A box of an operand, inclusive on both ends.
struct Region {
  std::int64_t image = 0, first_block = 0, last_block = 0, first_row = 0, last_row = 0, first_column = 0,
               last_column = 0;
};

// The bytes of a region, for dependencies: a box of the tensor in DRAM, or the words of the activation buffer from the
// region's first to its last word.
DramBox dram_box(const Operand& operand, const Region& region);
WordSpan word_span(const Operand& operand, const Region& region, const Chip& chip);

}  // namespace systole::compiler
