// SPDX-License-Identifier: Apache-2.0
//
// ONNX's own operators, by the schemas of its library.
#pragma once

#include <string>
#include <vector>

#include "network/onnx_proto.hpp"
#include "onnx/inference/tensor_type.hpp"
#include "onnx/onnx_graph.hpp"

namespace systole {

// A tensor's element type and shape, as the library has them.
onnx::TypeProto library_type(const Tensor& tensor);

// Attributes, number of inputs and outputs. `opset`: from adapt_to_known_opset. Errors: UserError, starting with
// `what`.
void check_library_schema(const onnx::NodeProto& proto, int opset, const std::string& what);

// Of the checked node: the types of its inputs. Errors: UserError, starting with `what`.
void check_library_inputs(const onnx::NodeProto& proto, int opset, const OnnxNode& node,
                          const std::vector<Tensor>& tensors, const std::string& what);

// The outputs that `proto` names, in order. Errors (UserError, starting with `what`): shapes that do not fit
// together, an output shape that depends on run-time data.
std::vector<TensorType> infer_with_library(onnx::NodeProto& proto, int opset, const OnnxNode& node,
                                           const std::vector<Tensor>& tensors, const std::string& what);

}  // namespace systole
