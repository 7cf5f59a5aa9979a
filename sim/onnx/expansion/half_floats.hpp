// SPDX-License-Identifier: Apache-2.0
//
// float16 and bfloat16, which Systole computes in float32: every such number of a network becomes the float32 of the same
// value, and every such type float32. Results have float32's precision, which is more than the file's.
#pragma once

#include <string>

#include "network/onnx_proto.hpp"

namespace systole {

// In place, subgraphs left alone. A network without weights in half floats stays as it is: where it casts to them, it means
// the rounding.
// Tensors in other files keep their type until they are read (weights/weight_source.hpp).
// Returns the type that the network had, "float16" or "bfloat16", or nothing. `file` starts
// error messages. Errors (UserError): a tensor whose bytes do not fit its shape.
std::string widen_half_floats(onnx::GraphProto& graph, const std::string& file);

// Of one tensor that holds its bytes; others than half floats stay as they are. `what` starts error messages.
void widen_half_floats(onnx::TensorProto& tensor, const std::string& what);

}  // namespace systole
