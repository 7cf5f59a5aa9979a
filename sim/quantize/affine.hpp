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
// and Mul, Div, Add and Sub with a constant of one value, or of one per channel, as converters write the scale layers
// of other formats. A chain of them behind a Conv, a Gemm or a MatMul with constant weights goes into its weights and
// bias, as far as no other node reads the values in between. The MatMul becomes a Gemm then. Elsewhere, a chain on an
// image that begins with a BatchNormalization becomes a depthwise convolution with one tap. All others stay. `graph` as
// load_model leaves it.
OnnxGraph fold_affine(OnnxGraph graph);

}  // namespace systole::quantize
