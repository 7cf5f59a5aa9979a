// SPDX-License-Identifier: Apache-2.0
//
// How a tensor of any rank is seen as images of channels, and how that lies in DRAM. See docs/reference/dram_layout.md.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/compiled_network.hpp"

namespace systole::compiler {

// A tensor as images x channels x height x width, with the order of the elements in the host's row-major bytes.
struct ImageShape {
  std::int64_t images = 1, channels = 1, height = 1, width = 1;
  bool channels_last = false;  // row-major [height = 1][width][channels]; otherwise [images][channels][height][width]
  bool operator==(const ImageShape& o) const {
    return images == o.images && channels == o.channels && height == o.height && width == o.width;
  }
};

// [n][c][h][w], [n][c][w] (height 1) or [n][c] (1x1 images); the shape has rank 2 to 4.
ImageShape image_shape(const Shape& shape);
// [..][k]: one image of height 1, width = product of the leading dimensions, k channels. Any rank.
ImageShape matrix_shape(const Shape& shape);

TensorLayout make_layout(const ImageShape& view, std::uint32_t block, std::uint32_t element_bytes);

std::int64_t channel_blocks(const TensorLayout& layout);

// True if both layouts put the same row-major element at the same byte: a Reshape between them moves nothing.
bool same_bytes(const ImageShape& a, const ImageShape& b, std::uint32_t block);

}  // namespace systole::compiler
