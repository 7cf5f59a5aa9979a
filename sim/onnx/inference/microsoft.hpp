// SPDX-License-Identifier: Apache-2.0
//
// Operators of com.microsoft: the library has neither schemas nor inference for them.
#pragma once

#include <string>
#include <vector>

#include "network/onnx_proto.hpp"
#include "onnx/inference/tensor_type.hpp"
#include "onnx/onnx_graph.hpp"

namespace systole {

constexpr const char* kMicrosoftDomain = "com.microsoft";

std::vector<std::string> microsoft_operators();
bool is_microsoft_operator(const std::string& operator_name);

// Number of inputs and outputs, attributes. Errors: UserError, starting with `what`.
void check_microsoft_schema(const onnx::NodeProto& proto, const std::string& what);

// Types of the inputs, and attributes that Systole does not have. Errors: UserError, starting with `what`.
void check_microsoft_inputs(const OnnxNode& node, const std::vector<Tensor>& tensors, const std::string& what);

// Of the checked node's only output; not of a pool with a window, which infer_window does.
TensorType infer_microsoft(const OnnxNode& node, const std::vector<Tensor>& tensors, const std::string& what);

}  // namespace systole
