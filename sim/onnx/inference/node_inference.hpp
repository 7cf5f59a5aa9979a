// SPDX-License-Identifier: Apache-2.0
//
// Checks one ONNX node against its schema and infers the types and shapes of its outputs.
#pragma once

#include <string>
#include <vector>

#include "network/onnx_proto.hpp"
#include "onnx/inference/tensor_type.hpp"
#include "onnx/onnx_graph.hpp"

namespace systole {

// Attributes, number of inputs and outputs (UserError, starting with `what`). `opset`: from adapt_to_known_opset.
void check_node_schema(const onnx::NodeProto& proto, int opset, const std::string& what);

// Types and shapes of the outputs that `proto` names, in order. `node` has the node's attributes and its inputs' ids
// in `tensors` (kNoTensor where absent); attributes of a window are completed in it. Errors (UserError): a type that
// the operator does not take, shapes that do not fit together, an output shape that depends on run-time data.
std::vector<TensorType> infer_outputs(onnx::NodeProto& proto, int opset, OnnxNode& node,
                                      const std::vector<Tensor>& tensors, const std::string& what);

}  // namespace systole
