// SPDX-License-Identifier: Apache-2.0
//
// Inside the inference: a node's operands with messages for what is missing, and the rules of shapes that several
// operators have.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "onnx/onnx_graph.hpp"

namespace systole {

// Throws a UserError "what: reason".
[[noreturn]] void refuse(const std::string& what, const std::string& reason);

// Null where the node has no such input.
const Tensor* input_or_null(const OnnxNode& node, const std::vector<Tensor>& tensors, std::size_t index);
const Tensor& required_input(const OnnxNode& node, const std::vector<Tensor>& tensors, std::size_t index,
                             const std::string& what);
void require_byte(const Tensor& tensor,
                  const std::string& what);  // int8 or uint8

// The shape of two operands that are repeated to each other's size.
Shape broadcast_shape(const Tensor& a, const Tensor& b, const std::string& what);
// Whether `operand` can be repeated to `result`, without changing the latter.
bool broadcasts_to(const Shape& operand, const Shape& result);

// Of a matrix product a*b + c with the attributes transA and transB; `c` may be null.
Shape gemm_shape(const OnnxNode& node, const Tensor& a, const Tensor& b, const Tensor* c, const std::string& what);

}  // namespace systole
