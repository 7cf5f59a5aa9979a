// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/frame.hpp"

namespace systole::compiler {

Frame frame_of_windows(const WindowSteps& w, const ImageShape& x, const ImageShape& y, std::uint8_t pad_value) {
  // Distance from the last line of the input to the last one that the last output reads.
  const auto behind = [&](int axis, std::int64_t outputs, std::int64_t inputs) {
    return (outputs - 1) * w.stride[axis] + (w.kernel[axis] - 1) * w.dilation[axis] - w.pad[axis] - (inputs - 1);
  };
  Frame frame;
  frame.top = w.pad[0];
  frame.left = w.pad[1];
  frame.bottom = behind(0, y.height, x.height);
  frame.right = behind(1, y.width, x.width);
  frame.pad_value = pad_value;
  return frame;
}

}  // namespace systole::compiler
