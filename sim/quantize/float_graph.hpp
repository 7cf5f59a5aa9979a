// SPDX-License-Identifier: Apache-2.0
//
// The reader's graph with what rewriting it needs to know.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "network/host_tensor.hpp"
#include "onnx/onnx_graph.hpp"

namespace systole::quantize {

// Who writes and who reads each tensor. Nodes may be changed afterwards, but not their number, nor these questions'
// answers.
class FloatGraph {
 public:
  explicit FloatGraph(OnnxGraph& graph);

  const Tensor& tensor(TensorId id) const { return graph_.tensors.at(id); }
  bool is_constant(TensorId id) const { return systole::is_constant(graph_.tensors, id); }
  bool is_run_time_float(TensorId id) const { return systole::is_run_time_float(graph_.tensors, id); }
  bool is_output(TensorId id) const { return output_.at(id); }
  // Index of the node that writes it; nothing for inputs and constants.
  std::optional<std::size_t> producer(TensorId id) const { return producer_.at(id); }
  // Indices of the nodes that read it, one entry for each use.
  const std::vector<std::size_t>& readers(TensorId id) const { return readers_.at(id); }
  // The only reader, if there is one and the tensor is no output.
  std::optional<std::size_t> only_reader(TensorId id) const;

  const OnnxNode& node(std::size_t index) const { return graph_.nodes.at(index); }
  const std::vector<Tensor>& tensors() const { return graph_.tensors; }
  std::size_t node_count() const { return graph_.nodes.size(); }

 private:
  OnnxGraph& graph_;
  std::vector<std::optional<std::size_t>> producer_;
  std::vector<std::vector<std::size_t>> readers_;
  std::vector<bool> output_;
};

// Adds tensors to a graph under names of their own.
class TensorAdder {
 public:
  explicit TensorAdder(OnnxGraph& graph);
  TensorId run_time(const std::string& name, ElementType type, const Shape& shape);
  TensorId floats(const std::string& name, const Shape& shape, const std::vector<float>& values);
  TensorId int8s(const std::string& name, const Shape& shape, const std::vector<std::int8_t>& values);
  TensorId int32s(const std::string& name, const Shape& shape, const std::vector<std::int32_t>& values);

 private:
  TensorId add(const std::string& name, ElementType type, const Shape& shape, const void* data, bool is_constant);
  OnnxGraph& graph_;
  std::unordered_set<std::string> names_;
};

std::vector<float> floats_of(const Tensor& constant);

// Runs all nodes on the host in their order; `seen` gets every tensor that a node computes, and the inputs. Tensors
// are dropped behind their last reader. `begin_node` is told the index of each node before it runs. Ends with Interrupted at
// a signal.
void run_float(const OnnxGraph& graph, const std::vector<HostTensor>& inputs,
               const std::function<void(TensorId, const HostTensor&)>& seen,
               const std::function<void(std::size_t node)>& begin_node = {});

}  // namespace systole::quantize
