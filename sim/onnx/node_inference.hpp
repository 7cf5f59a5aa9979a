// SPDX-License-Identifier: Apache-2.0
//
// Checks one ONNX node against its schema and infers the types and shapes of its outputs.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <vector>

#include "network/network.hpp"

namespace systole {

constexpr const char* kMicrosoftDomain = "com.microsoft";

struct TensorType {
  ElementType type = ElementType::kFloat32;
  Shape shape;
};

// Operator sets of the default domain that the reader knows. Later ones differ in operators that
// Systole does not have; what differs in those that it has is translated by `adapt_to_known_opset`.
constexpr std::int64_t kMinOpset = 6, kMaxOpset = 21;

// Rewrites what changed after operator set 17, the last one that the library has: attributes of
// newer operators that hold their neutral value are dropped. Returns the operator set to check
// against.
int adapt_to_known_opset(onnx::NodeProto& node, std::int64_t opset, const std::string& what);

// Attributes, number of inputs and outputs (UserError, starting with `what`). `opset`: from
// adapt_to_known_opset.
void check_node_schema(const onnx::NodeProto& node, int opset, const std::string& what);

// Types and shapes of the outputs that `node` names, in order. `op` has the node's attributes and
// its inputs' ids in `tensors` (kNoTensor where absent); attributes of a window are completed in
// `op`. Errors (UserError): a type that the operator does not take, shapes that do not fit
// together, an output shape that depends on run-time data.
std::vector<TensorType> infer_outputs(onnx::NodeProto& node, int opset, HostOperator& op,
                                      const std::vector<Tensor>& tensors, const std::string& what);

}  // namespace systole
