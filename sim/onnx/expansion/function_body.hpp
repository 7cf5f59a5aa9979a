// SPDX-License-Identifier: Apache-2.0
//
// Operators that ONNX itself defines by others, as its library writes them: losses, Celu, CastLike, windows of signals.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <vector>

#include "onnx/onnx_graph.hpp"

namespace systole {

struct FunctionBody {
  std::vector<onnx::NodeProto> nodes;  // sorted, with names that no other node of the file's has; empty: no function
  std::int64_t opset = 0;              // that they are written in
};

// Of an operator of the default domain. `opset`: from adapt_to_known_opset; `node` has the inputs. Errors (UserError,
// starting with `what`): what does not fit the operator's schema.
FunctionBody function_body(const onnx::NodeProto& proto, int opset, const OnnxNode& node,
                           const std::vector<Tensor>& tensors, const std::string& what);

}  // namespace systole
