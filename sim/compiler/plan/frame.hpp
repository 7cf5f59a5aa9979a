// SPDX-License-Identifier: Apache-2.0
//
// The padding around a tensor that stays in the activation buffer. A window that reaches over the edge of the tensor
// reads it there, in place.
#pragma once

#include <array>
#include <cstdint>

#include "compiler/layout/layout.hpp"

namespace systole::compiler {

// Rows above and below, columns to the left and right of each channel block, as one reader needs them.
struct Frame {
  std::int64_t top = 0, left = 0, bottom = 0, right = 0;  // not positive: nothing is read there
  std::uint8_t pad_value = 0;
  bool dense = false;  // the reader takes the tensor as one piece: no reader may need a frame around it
  bool empty() const { return top <= 0 && left <= 0 && bottom <= 0 && right <= 0; }
};

// A window over the rows and columns of an image, y and x.
struct WindowSteps {
  std::array<std::int64_t, 2> kernel = {1, 1}, stride = {1, 1}, dilation = {1, 1};
  std::array<std::int64_t, 2> pad = {0, 0};  // top, left
};

// What windows read around `input` to compute all of `output`.
Frame frame_of_windows(const WindowSteps& window, const ImageShape& input, const ImageShape& output,
                       std::uint8_t pad_value);

}  // namespace systole::compiler
