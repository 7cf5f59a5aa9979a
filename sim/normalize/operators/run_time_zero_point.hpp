// SPDX-License-Identifier: Apache-2.0
//
// Inside the reader: MatMulInteger and ConvInteger whose input has a zero point that is known at run time only, as
// dynamic quantization writes them. A chip's product has constant zero points. So the chip computes the product with
// zero point 0, and the host subtracts what that is too much:
//
//   sum of (a - za) (w - zw)  =  sum of a (w - zw)  -  za * sum of (w - zw)
//
// The second sum is a constant: one for each column of a matrix, or for each output of a convolution. Where its window
// leaves the image, the sum is of the taps inside, because ONNX pads with za.
#pragma once

#include <optional>
#include <vector>

#include "normalize/raw_graph.hpp"

namespace systole {

// Input 2, if it is one value that is computed at run time.
std::optional<TensorId> run_time_zero_point(const RawGraph& graph, const OnnxNode& node);

// A tensor of the type and shape of the node's output, for the product with zero point 0.
TensorId uncorrected_product(RawGraph& graph, const OnnxNode& node);

// Appends the host's nodes from `product` to the node's output.
void subtract_zero_point(RawGraph& graph, const OnnxNode& node, const Gemm& product, TensorId zero_point,
                         std::vector<Node>& nodes);
void subtract_zero_point(RawGraph& graph, const OnnxNode& node, const Conv& product, TensorId zero_point,
                         std::vector<Node>& nodes);

}  // namespace systole
