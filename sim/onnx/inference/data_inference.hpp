// SPDX-License-Identifier: Apache-2.0
//
// Types of outputs that the library leaves open though they are known: shapes that the value of a constant tells, and
// operators that its early operator sets say nothing about.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "onnx/inference/tensor_type.hpp"
#include "onnx/onnx_graph.hpp"

namespace systole {

// Nothing for all other operators. Errors (UserError, starting with `what`): such an input that is no constant, or has
// a value that is not allowed.
std::optional<TensorType> infer_from_data(const OnnxNode& node, const std::vector<Tensor>& tensors,
                                          const std::string& what);

}  // namespace systole
