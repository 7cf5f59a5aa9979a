// SPDX-License-Identifier: Apache-2.0
#include "onnx/inference/node_inference.hpp"

#include <onnx/onnx_pb.h>

#include <set>

#include "network/message_text.hpp"
#include "onnx/inference/data_inference.hpp"
#include "onnx/inference/library_inference.hpp"
#include "onnx/inference/microsoft.hpp"
#include "onnx/inference/operands.hpp"
#include "onnx/inference/shape_check.hpp"
#include "onnx/inference/window_inference.hpp"

namespace systole {

void check_node_schema(const onnx::NodeProto& proto, int opset, const std::string& what) {
  std::set<std::string> seen;
  for (const auto& attribute : proto.attribute()) {
    if (!seen.insert(attribute.name()).second)
      refuse(what, "attribute " + in_quotes(attribute.name()) + " appears twice");
  }
  if (proto.domain() == kMicrosoftDomain) {
    check_microsoft_schema(proto, what);
  } else {
    check_library_schema(proto, opset, what);
  }
}

std::vector<TensorType> infer_outputs(onnx::NodeProto& proto, int opset, OnnxNode& node,
                                      const std::vector<Tensor>& tensors, const std::string& what) {
  const bool microsoft = proto.domain() == kMicrosoftDomain;
  if (microsoft) {
    check_microsoft_inputs(node, tensors, what);
  } else {
    check_library_inputs(proto, opset, node, tensors, what);
  }
  if (has_window(node.operator_name)) return {infer_window(node, tensors, what)};
  if (microsoft) return {infer_microsoft(node, tensors, what)};
  check_shapes(node, tensors, what);
  if (const auto type = infer_from_data(node, tensors, what)) return {*type};
  return infer_with_library(proto, opset, node, tensors, what);
}

}  // namespace systole
