// SPDX-License-Identifier: Apache-2.0
//
// The sliding window of convolutions and pooling layers: kernel, stride, dilation, padding, and the output size.
#pragma once

#include <string>

#include "network/network.hpp"

namespace systole {

// Completes the attributes of a convolution or pooling layer in place. Afterwards `kernel_shape`, `strides`,
// `dilations` (one value per spatial dimension) and `pads` (all beginnings, then all ends) are present, and `auto_pad`
// and `ceil_mode` are resolved into pads. Returns the spatial size of the output. `kernel` is that of the weights, or
// empty for a pooling layer, whose kernel_shape attribute must then be present. Errors (UserError, starting with
// `what`): values outside 1 .. 2^24 (pads 0 .. 2^24), wrong counts, a window larger than the padded input, a pooling
// window that is completely in the padding.
Shape resolve_window(Attributes& attributes, const Shape& input_spatial, const Shape& kernel, const std::string& what);

// The window as two dimensions, y then x; of a one-dimensional one, y is 1.
struct Window2d {
  std::array<std::int64_t, 2> kernel = {1, 1}, stride = {1, 1}, dilation = {1, 1};
  std::array<std::int64_t, 4> pad = {0, 0, 0, 0};  // top, left, bottom, right
};
Window2d window_2d(const Attributes& resolved);

// [N][C][H][W] of a tensor of rank 3 (H = 1) or 4.
std::array<std::int64_t, 4> shape_nchw(const Shape& shape);

}  // namespace systole
