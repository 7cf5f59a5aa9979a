// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "network/network.hpp"

namespace systole::quantize {

// Maps of each channel by itself, y = x * factor + offset, become part of a convolution or matrix product: BatchNormalization with constant parameters,
//
//   factor = scale / sqrt(variance + epsilon),  offset = bias - mean * factor
//
// and Mul, Div, Add and Sub with a constant that has one value, or one a channel, as converters write the scale layers of other formats.
// A chain of them behind a Conv, a Gemm or a MatMul of matrices, of constant weights, goes into its weights and bias, as far as nobody
// else reads what lies between; a MatMul becomes a Gemm then. A chain that begins with a BatchNormalization elsewhere, of an image,
// becomes a depthwise convolution of one tap. All others stay.
// `network` as load_model leaves it.
Network fold_affine(Network network);

}  // namespace systole::quantize
