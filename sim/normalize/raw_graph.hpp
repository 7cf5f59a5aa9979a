// SPDX-License-Identifier: Apache-2.0
//
// Inside the reader: the graph as loaded, with the questions that normalization asks of it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "onnx/onnx_graph.hpp"

namespace systole {

// An int8 or uint8 tensor of the network and what it stands for.
struct Dequantized {
  TensorId tensor = 0;
  Quantization q;
};

// A quantized constant. `scale` and `zero_point` have 1 value, or one per element of dimension `axis`.
struct QuantizedConstant {
  TensorId tensor = 0;
  std::vector<float> scale;
  std::vector<std::int32_t> zero_point;
  std::size_t axis = 0;
};

class RawGraph {
 public:
  RawGraph(OnnxGraph graph, std::string file);

  const OnnxGraph& graph() const { return graph_; }
  OnnxGraph take_graph() { return std::move(graph_); }
  const Tensor& tensor(TensorId id) const { return graph_.tensors.at(id); }
  bool is_constant(TensorId id) const;
  std::string what(const OnnxNode& node) const;  // start of an error message: file, node, operator
  std::string what(const Node& node) const;

  // The node that writes a tensor; null for inputs and constants.
  const OnnxNode* producer(TensorId id) const;
  // Whether exactly one node reads the tensor and it is not an output of the network.
  bool read_once(TensorId id) const { return readers_.at(id) == 1; }

  // The value of a DequantizeLinear node with one scale, of a tensor computed at run time.
  std::optional<Dequantized> dequantized(TensorId id) const;
  // The value of a DequantizeLinear node of a constant, possibly transposed.
  std::optional<QuantizedConstant> dequantized_constant(TensorId id);
  // Scale and zero point inputs, if they are constants with one value.
  std::optional<Quantization> one_quantization(const OnnxNode& node, std::size_t scale, std::size_t zero_point) const;
  std::vector<float> floats(TensorId constant) const;
  std::vector<std::int32_t> integers(TensorId constant) const;

  // Names are made unique by a number if need be.
  TensorId add_tensor(const std::string& name, ElementType type, Shape shape);
  TensorId add_constant(const std::string& name, ElementType type, Shape shape, std::vector<std::uint8_t> data);
  TensorId transposed_constant(TensorId constant, const std::vector<std::int64_t>& permutation);

 private:
  std::string unique_name(const std::string& name);

  OnnxGraph graph_;
  std::string file_;
  std::vector<std::optional<std::size_t>> producer_;
  std::vector<std::size_t> readers_;  // an output of the network counts twice
  std::unordered_set<std::string> names_;
  std::map<std::pair<TensorId, std::vector<std::int64_t>>, TensorId> transposed_;
};

}  // namespace systole
