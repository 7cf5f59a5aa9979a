// SPDX-License-Identifier: Apache-2.0
//
// Maps of each channel by itself become part of a convolution or matrix product.
#pragma once

#include "onnx/onnx_graph.hpp"

namespace systole::quantize {

// Maps y = x * factor + offset: BatchNormalization with constant parameters,
//
//   factor = scale / sqrt(variance + epsilon),  offset = bias - mean * factor
//
// and Mul, Div, Add and Sub with a constant that has one value, or one a channel, as converters write the scale
// layers of other formats. A chain of them behind a Conv, a Gemm or a MatMul of matrices, of constant weights, goes
// into its weights and bias, as far as nobody else reads what lies between; a MatMul becomes a Gemm then. A chain
// that begins with a BatchNormalization elsewhere, of an image, becomes a depthwise convolution of one tap. All
// others stay. `graph` as load_model leaves it.
OnnxGraph fold_affine(OnnxGraph graph);

}  // namespace systole::quantize
