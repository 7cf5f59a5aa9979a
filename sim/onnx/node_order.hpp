// SPDX-License-Identifier: Apache-2.0
//
// Inside the reader: in which order a file's nodes can be executed.
#pragma once

#include <vector>

#include "network/onnx_proto.hpp"
#include "onnx/graph_builder.hpp"

namespace systole {

// Indices of the graph's nodes so that every node comes after those that it reads from, otherwise in the file's
// order. `builder` has the initializers and inputs. Errors (UserError): a tensor that is written twice or by no node,
// a cycle.
std::vector<int> execution_order(const onnx::GraphProto& graph, const GraphBuilder& builder);

}  // namespace systole
