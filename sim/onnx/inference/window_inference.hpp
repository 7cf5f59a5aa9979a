// SPDX-License-Identifier: Apache-2.0
//
// Convolutions and pools: the library's own inference divides by strides that it has not checked.
#pragma once

#include <string>
#include <vector>

#include "onnx/inference/tensor_type.hpp"
#include "onnx/onnx_graph.hpp"

namespace systole {

// Whether the operator has a window, in either domain.
bool has_window(const std::string& operator_name);

// Of the node's output; the attributes of its window are completed (network/window.hpp). Errors (UserError, starting
// with `what`): input, weights, group and bias that do not fit together, and those of resolve_window.
TensorType infer_window(OnnxNode& node, const std::vector<Tensor>& tensors, const std::string& what);

}  // namespace systole
