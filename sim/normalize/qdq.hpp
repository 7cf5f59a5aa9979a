// SPDX-License-Identifier: Apache-2.0
//
// Inside the reader: the QDQ spelling. Every QuantizeLinear is followed backwards to the operator that it belongs to
// (normalize.hpp); the operator's own file (operators/) makes the nodes that take its place.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "normalize/chain.hpp"
#include "normalize/raw_graph.hpp"

namespace systole {

// One QuantizeLinear node with a constant scale, the chain before it, and the nodes that compute its output.
class QuantizedOutput {
 public:
  QuantizedOutput(RawGraph& graph, const OnnxNode& quantize, Quantization q);

  RawGraph& graph() const { return graph_; }
  const Chain& chain() const { return chain_; }
  Quantization quantization() const { return q_; }
  ElementType type() const { return type_; }
  TensorId output() const { return output_; }
  // Whether the chain changes the shape.
  bool reshapes() const { return graph_.tensor(chain_.source).shape != graph_.tensor(output_).shape; }

  // Q(steps(DQ(x))) for every x.
  std::vector<std::uint8_t> table(ElementType x_type, Quantization qx) const;
  bool is_identity(const std::vector<std::uint8_t>& table, ElementType x_type) const;
  // Of a chain of limits only: Q is monotonous, so Q(clip(v)) is Q(v) clamped to [Q(low), Q(high)].
  Clamp clamp() const;

  // A tensor of this element type with the shape of `like`.
  TensorId new_tensor(TensorId like, ElementType type);
  // What the computing operator writes: the output itself, or a tensor that a reshape follows (finish).
  TensorId computed_tensor();

  void add(Node node) { nodes_.push_back(std::move(node)); }
  // A table from x to the output, unless it changes nothing, and, if the chain has a reshape, the reshape.
  void add_table(TensorId x, const std::vector<std::uint8_t>& values);
  // The reshape from `computed` to the output, if they are not the same.
  void finish(TensorId computed);
  // An operator with a clamp that computes the chain's source. `operators`: names of the ONNX operators that it is.
  template <typename Operator>
  void add_arithmetic(const OnnxNode& anchor, const std::string& operators, std::uint64_t macs, Operator operation) {
    operation.output = computed_tensor();
    operation.clamp = clamp();
    const TensorId computed = operation.output;
    add({anchor.name, chain_.operators_behind(operators), macs, std::move(operation)});
    finish(computed);
  }

  std::vector<Node> take_nodes() { return std::move(nodes_); }

 private:
  RawGraph& graph_;
  const OnnxNode& quantize_;
  Quantization q_;
  TensorId output_;
  ElementType type_;
  Chain chain_;
  std::vector<Node> nodes_;
};

// Appends the nodes that compute the output of a QuantizeLinear node and returns true, or leaves `nodes` alone.
bool translate_quantize(RawGraph& graph, const OnnxNode& quantize, std::vector<Node>& nodes);

}  // namespace systole
