// SPDX-License-Identifier: Apache-2.0
//
// Inside the reader: a file for each ONNX operator that becomes an operator of network.hpp. A file has up to three
// parts:
//
//   direct_..  the operator that is quantized by itself (QLinear, Integer, pools and reshapes of int8). Appends nodes
//              and returns true; or returns false, and the node stays on the host: scales or zero points of the run,
//              weights of the run, shapes that the operator of network.hpp does not have.
//   qdq_..     the float operator between DequantizeLinear and QuantizeLinear. Adds nodes to `output`, or none.
//   int8_..    whether the quantizer may put DequantizeLinear and QuantizeLinear around the float operator: the qdq_
//              part takes what it says yes to.
//
// operator_table.cpp says which parts a name has. An operator that only the table calls may have a header of its own.
#pragma once

#include <vector>

#include "normalize/qdq.hpp"
#include "normalize/raw_graph.hpp"

namespace systole {

// convolution.cpp
bool direct_convolution(RawGraph& graph, const OnnxNode& node, std::vector<Node>& nodes);
void qdq_convolution(QuantizedOutput& output, const OnnxNode& anchor);
bool int8_convolution(const std::vector<Tensor>& tensors, const OnnxNode& node);
// product.cpp: matrix products
bool direct_product(RawGraph& graph, const OnnxNode& node, std::vector<Node>& nodes);
void qdq_product(QuantizedOutput& output, const OnnxNode& anchor);
bool int8_matmul(const std::vector<Tensor>& tensors, const OnnxNode& node);
bool int8_gemm(const std::vector<Tensor>& tensors, const OnnxNode& node);
// A MatMul with an Add of `bias` behind it. False: it is no bias of this product.
bool qdq_product_with_bias(QuantizedOutput& output, const OnnxNode& product, TensorId bias);
// addition.cpp
bool direct_addition(RawGraph& graph, const OnnxNode& node, std::vector<Node>& nodes);
void qdq_addition(QuantizedOutput& output, const OnnxNode& anchor);
bool int8_addition(const std::vector<Tensor>& tensors, const OnnxNode& node);
// average_pool.cpp: also global, and means over an image
bool direct_average_pool(RawGraph& graph, const OnnxNode& node, std::vector<Node>& nodes);
void qdq_average_pool(QuantizedOutput& output, const OnnxNode& anchor);
bool int8_average_pool(const std::vector<Tensor>& tensors, const OnnxNode& node);
bool int8_global_average_pool(const std::vector<Tensor>& tensors, const OnnxNode& node);
// max_pool.cpp
bool direct_max_pool(RawGraph& graph, const OnnxNode& node, std::vector<Node>& nodes);
void qdq_max_pool(QuantizedOutput& output, const OnnxNode& anchor);
// movement.cpp: operators that move values and stay on the host, or move nothing
void qdq_movement(QuantizedOutput& output, const OnnxNode& anchor);
void qdq_split(QuantizedOutput& output, const OnnxNode& anchor);
// reshape.cpp
bool direct_reshape(RawGraph& graph, const OnnxNode& node, std::vector<Node>& nodes);
// activation.cpp: functions of one element, as a table
bool direct_activation(RawGraph& graph, const OnnxNode& node, std::vector<Node>& nodes);

}  // namespace systole
