// SPDX-License-Identifier: Apache-2.0
//
// Inside the reader: what a file declares around its nodes, namely initializers, inputs and outputs.
#pragma once

#include "network/onnx_proto.hpp"
#include "onnx/graph_builder.hpp"
#include "onnx/model_loader.hpp"

namespace systole {

// Before the graph's nodes are read: initializers become constants; their bytes are taken out of `graph`, so that none is held twice. Errors
// (UserError): no name, a name that is taken, data that do not fit, a sparse initializer.
void add_initializers(onnx::GraphProto& graph, GraphBuilder& builder);

// The inputs that are no initializers. `options`: shapes for what the file leaves open. Errors (UserError): no
// tensor, a type that Systole does not have, a shape that is open, empty, too large or not the given one, a shape for
// no input.
void add_inputs(const onnx::GraphProto& graph, const LoadOptions& options, GraphBuilder& builder);

// Behind the last node. Errors (UserError): no output, one that no node computes, a declared type or shape that
// differs from the computed one.
void add_outputs(const onnx::GraphProto& graph, GraphBuilder& builder);

}  // namespace systole
