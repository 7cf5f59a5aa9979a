// SPDX-License-Identifier: Apache-2.0
//
// If and Loop whose conditions and trip counts are constants of the file or were folded: the nodes of the branch, and
// of the body once for each iteration, take their place.
//
//     Loop(3, true, v)              v -> [body/0] -> [body/1] -> [body/2] -> Identity -> last value
//                                            `---------`---------`-> Unsqueeze -> Concat -> scanned values
//
// What a graph defines gets the name of the node's first output in front, and the iteration; what it takes from outside
// keeps its name. Cost: each node of a body is copied once for each iteration, up to a limit for the file.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "onnx/graph_builder.hpp"

namespace systole {

constexpr int kMaxNesting = 64;              // graphs in graphs
constexpr std::size_t kMaxUnrolled = 65536;  // nodes of a file that branches and iterations make
constexpr std::size_t kMaxUnrolledBytes = std::size_t{256} << 20;

// The graph and all graphs in attributes of its nodes, outer ones first. Errors (UserError, with the file): more than
// kMaxNesting in each other.
std::vector<onnx::GraphProto*> graphs_in(onnx::GraphProto& graph, const std::string& file);

// The node's inputs, and the names that graphs in its attributes take from outside. Nesting was checked.
std::vector<std::string> names_read_by(const onnx::NodeProto& node);

bool is_control_flow(const onnx::NodeProto& node);

class ControlFlow {
 public:
  enum class Source { kFile, kWritten };  // whether nodes stand in the file, or are of kExpandedDomain
  // Reads a graph: its initializers, and its nodes in an order in which they can be executed.
  using AddGraph = std::function<void(onnx::GraphProto&, Source)>;
  ControlFlow(GraphBuilder& builder, AddGraph add) : builder_(builder), add_(std::move(add)) {}

  // Of a node that fits its schema. Errors (UserError, starting with `what`): a condition or trip count that is known
  // at run time only, a body that does not fit its node, more nodes than the limits.
  void replace(const onnx::NodeProto& node, const std::string& what);

 private:
  void replace_if(const onnx::NodeProto& node, const std::string& what);
  void replace_loop(const onnx::NodeProto& node, const std::string& what);
  bool condition(const std::string& name, const std::string& what) const;
  void count(const onnx::GraphProto& graph, const std::string& what);
  void define_scalar(const std::string& what, const std::string& name, ElementType type, std::int64_t value);

  GraphBuilder& builder_;
  AddGraph add_;
  std::size_t made_ = 0, made_bytes_ = 0;
};

}  // namespace systole
