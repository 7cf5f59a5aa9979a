// SPDX-License-Identifier: Apache-2.0
//
// Inside the reader: the graph while it is read, with its tensors by name and the words that start messages.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "onnx/onnx_graph.hpp"
#include "onnx/weights/weight_source.hpp"
#include "support/work/memory.hpp"

namespace systole {

class GraphBuilder {
 public:
  // `seed`: as WeightSource.
  explicit GraphBuilder(std::string file, std::optional<std::uint32_t> seed = std::nullopt,
                        std::uint64_t free_bytes = free_memory_bytes())
      : file_(std::move(file)), weights_(file_, seed), most_bytes_(std::min(kMostBytes, free_bytes)) {}

  const std::string& file() const { return file_; }  // its path, as messages name it
  WeightSource& weights() { return weights_; }
  OnnxGraph& graph() { return graph_; }
  const OnnxGraph& graph() const { return graph_; }
  OnnxGraph take_graph() { return std::move(graph_); }

  // Of a tensor that is defined already.
  std::optional<TensorId> find(const std::string& name) const;
  const Tensor& tensor(TensorId id) const { return graph_.tensors.at(id); }
  bool is_constant(TensorId id) const { return id != kNoTensor && tensor(id).is_constant; }

  // All tensors together, as a small file may describe many large ones. Errors of define and append (UserError): more, or
  // more than `free_bytes` of memory.
  static constexpr std::uint64_t kMostBytes = std::uint64_t{64} << 30;

  // A tensor that nodes and outputs may name, of a size that was checked. Errors (UserError, starting with `what`): the
  // name is taken.
  TensorId define(const std::string& what, Tensor tensor);
  // A tensor that the file does not name.
  TensorId append(Tensor tensor);

  // Starts of messages: file and tensor, file and node. `index`: the node's place in the file, for one without a name.
  std::string tensor_what(const char* kind, const std::string& name) const;
  std::string node_what(const std::string& name, const std::string& operator_name, int index) const;

 private:
  std::string file_;
  WeightSource weights_;
  OnnxGraph graph_;
  std::unordered_map<std::string, TensorId> by_name_;
  std::uint64_t most_bytes_, bytes_ = 0;  // of all tensors
};

// Refuses a tensor of the run that is too large or empty; `what` starts the message.
void check_run_time_shape(const std::string& what, ElementType type, const Shape& shape);

}  // namespace systole
