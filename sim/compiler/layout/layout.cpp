// SPDX-License-Identifier: Apache-2.0
#include "compiler/layout/layout.hpp"

#include <cstring>

#include "support/error.hpp"

namespace systole::compiler {
namespace {

// Calls f(row-major element index, byte offset in the layout) for every element.
template <typename F>
void for_each_element(const TensorLayout& l, F f) {
  const std::int64_t pixels = l.height * l.width, blocks = channel_blocks(l);
  std::int64_t element = 0;
  const bool matrix = l.channels_last;
  const std::int64_t outer = matrix ? pixels : l.channels, inner = matrix ? l.channels : pixels;
  for (std::int64_t n = 0; n < l.images; ++n)
    for (std::int64_t o = 0; o < outer; ++o)
      for (std::int64_t i = 0; i < inner; ++i, ++element) {
        const std::int64_t c = matrix ? i : o, p = matrix ? o : i;
        const std::int64_t at = ((n * blocks + c / l.block) * pixels + p) * l.block + c % l.block;
        f(static_cast<std::size_t>(element) * l.element_bytes, static_cast<std::size_t>(at) * l.element_bytes);
      }
}

void unroll(const std::vector<std::uint8_t>& row_major, const TensorLayout& l, std::vector<std::uint8_t>& bytes) {
  const Unrolled& u = *l.unrolled;
  const std::int64_t blocks = channel_blocks(l);
  for (std::int64_t n = 0; n < l.images; ++n)
    for (std::int64_t channel = 0; channel < l.channels; ++channel)
      for (std::int64_t y = 0; y < l.height; ++y)
        for (std::int64_t column = 0; column < l.width; ++column) {
          const std::int64_t x = column * u.stride - u.pad + channel / u.channels * u.dilation;
          const std::int64_t from = ((n * u.channels + channel % u.channels) * l.height + y) * u.width + x;
          const std::int64_t to = (((n * blocks + channel / l.block) * l.height + y) * l.width + column) * l.block;
          const bool inside = x >= 0 && x < u.width;
          bytes[static_cast<std::size_t>(to + channel % l.block)] =
              inside ? row_major[static_cast<std::size_t>(from)] : u.pad_value;
        }
}

}  // namespace

ImageShape image_shape(const Shape& s) {
  invariant(s.size() >= 2 && s.size() <= 4, "an image has rank 2, 3 or 4");
  ImageShape v;
  v.images = s[0];
  v.channels = s[1];
  if (s.size() == 4) v.height = s[2];
  if (s.size() >= 3) v.width = s.back();
  return v;
}

ImageShape matrix_shape(const Shape& s) {
  ImageShape v;
  v.channels_last = true;
  if (s.empty()) return v;
  v.channels = s.back();
  for (std::size_t i = 0; i + 1 < s.size(); ++i) v.width *= s[i];
  return v;
}

TensorLayout make_layout(const ImageShape& view, std::uint32_t block, std::uint32_t element_bytes) {
  TensorLayout l;
  l.images = view.images;
  l.channels = view.channels;
  l.height = view.height;
  l.width = view.width;
  l.block = block;
  l.element_bytes = element_bytes;
  l.channels_last = view.channels_last;
  return l;
}

std::int64_t channel_blocks(const TensorLayout& l) { return (l.channels + l.block - 1) / l.block; }

std::uint64_t TensorLayout::size_bytes() const {
  return static_cast<std::uint64_t>(images) * bytes_of_blocks(channel_blocks(*this));
}

std::uint64_t TensorLayout::bytes_of_blocks(std::int64_t count) const {
  return static_cast<std::uint64_t>(count * height * width) * block * element_bytes;
}

bool same_bytes(const ImageShape& a, const ImageShape& b, std::uint32_t block) {
  // Without padding channels and with one channel block the order within a pixel decides; compare what is outside it.
  if (a.channels != b.channels) return false;
  const std::int64_t pa = a.height * a.width, pb = b.height * b.width;
  const bool pixels_first_a = a.channels_last || pa == 1 || a.channels == 1;
  const bool pixels_first_b = b.channels_last || pb == 1 || b.channels == 1;
  const bool same_order = a.channels_last == b.channels_last || (pixels_first_a && pixels_first_b);
  if (!same_order) return false;
  if (a.images == b.images && pa == pb) return true;
  const bool one_block = a.channels <= block;
  // [n][c][p] row-major is pixel-major over all images only if c == 1 or p == 1 (pixels_first), then images and pixels
  // merge.
  return one_block && pixels_first_a && pixels_first_b && a.images * pa == b.images * pb;
}

std::vector<std::uint8_t> to_layout(const std::vector<std::uint8_t>& row_major, const TensorLayout& layout,
                                    std::uint8_t fill) {
  std::vector<std::uint8_t> bytes(layout.size_bytes(), fill);
  const std::size_t size = layout.element_bytes;
  const std::int64_t channels = layout.unrolled ? layout.unrolled->channels : layout.channels;
  const std::int64_t width = layout.unrolled ? layout.unrolled->width : layout.width;
  invariant(row_major.size() == static_cast<std::size_t>(layout.images * channels * layout.height * width) * size,
            "a tensor has as many bytes as its layout has elements");
  if (layout.unrolled) {
    invariant(size == 1, "an unrolled tensor has elements of a byte");
    unroll(row_major, layout, bytes);
    return bytes;
  }
  for_each_element(layout, [&](std::size_t element, std::size_t at) {
    if (size == 1)
      bytes[at] = row_major[element];
    else
      std::memcpy(&bytes[at], &row_major[element], size);
  });
  return bytes;
}

std::vector<std::uint8_t> from_layout(const std::vector<std::uint8_t>& bytes, const TensorLayout& layout) {
  const std::size_t size = layout.element_bytes;
  invariant(!layout.unrolled, "the host wrote an unrolled tensor and has no need to read it");
  invariant(bytes.size() == layout.size_bytes(), "a tensor's bytes in DRAM have the size of its layout");
  std::vector<std::uint8_t> row_major(
      static_cast<std::size_t>(layout.images * layout.channels * layout.height * layout.width) * size);
  for_each_element(layout, [&](std::size_t element, std::size_t at) {
    if (size == 1)
      row_major[element] = bytes[at];
    else
      std::memcpy(&row_major[element], &bytes[at], size);
  });
  return row_major;
}

}  // namespace systole::compiler
