// SPDX-License-Identifier: Apache-2.0
//
// Inside the reader: one ONNX node after another into the graph.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "network/onnx_proto.hpp"
#include "onnx/constant_folding.hpp"
#include "onnx/expansion/control_flow.hpp"
#include "onnx/graph_builder.hpp"
#include "onnx/inference/node_inference.hpp"

namespace systole {

class NodeReader {
 public:
  // `opset`: of the file. `read_names`: tensors that a node reads or that are outputs of the network.
  NodeReader(GraphBuilder& builder, std::int64_t opset, std::unordered_set<std::string> read_names)
      : builder_(builder),
        opset_(opset),
        read_names_(std::move(read_names)),
        folder_(builder.file()),
        control_flow_(builder, [this](onnx::GraphProto& graph, auto source) { add_graph(graph, source); }) {}
  NodeReader(const NodeReader&) = delete;  // what control_flow_ calls is this one

  // The node's inputs are defined. Afterwards its outputs are; the graph has the node, unless it was folded into
  // constants. `index`: its place in the file. Errors (UserError, with file and node): an operator that Systole does
  // not have, what does not fit its schema, inputs of a type or shape that it does not take.
  void add(const onnx::NodeProto& proto, int index);

 private:
  void add_graph(onnx::GraphProto& graph, ControlFlow::Source source);
  void expand(onnx::GraphProto& graph) const;
  void add_node(onnx::NodeProto node, std::int64_t opset, const std::string& what, int depth);
  bool add_function(const onnx::NodeProto& node, std::int64_t opset, const OnnxNode& inputs, const std::string& what,
                    int depth);
  bool has_computed_limits(const OnnxNode& node) const;
  void add_limits(const onnx::NodeProto& node, std::int64_t opset, const OnnxNode& clip, const std::string& what,
                  int depth);
  bool is_read(const std::string& name) const { return read_names_.count(name) != 0; }
  void add_constant(const onnx::NodeProto& node, const std::string& what);
  void check_input_types(const OnnxNode& node, const std::string& what) const;
  void spread_slopes(OnnxNode& node);
  void drop_unread_outputs(onnx::NodeProto& node) const;
  void add_fill_value(const onnx::NodeProto& proto, OnnxNode& node, const std::string& what);
  int check_outputs(const onnx::NodeProto& proto, const std::string& what) const;
  void add_outputs(const onnx::NodeProto& proto, const std::vector<TensorType>& types, OnnxNode node,
                   const std::string& what);

  GraphBuilder& builder_;
  std::int64_t opset_;
  std::unordered_set<std::string> read_names_;
  ConstantFolder folder_;
  ControlFlow control_flow_;
};

}  // namespace systole
