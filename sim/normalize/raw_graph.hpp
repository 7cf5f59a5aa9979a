// SPDX-License-Identifier: Apache-2.0
//
// Inside the reader: the network as loaded, with the questions that normalization asks of it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "network/network.hpp"

namespace systole {

// An int8 or uint8 tensor of the network and what it stands for.
struct Dequantized {
  TensorId tensor = 0;
  Quantization q;
};

// A quantized constant. `scale` and `zero_point` have 1 value, or one per element of dimension
// `axis`.
struct QuantizedConstant {
  TensorId tensor = 0;
  std::vector<float> scale;
  std::vector<std::int32_t> zero_point;
  std::size_t axis = 0;
};

class RawGraph {
 public:
  RawGraph(Network network, std::string file);

  const Network& network() const { return network_; }
  Network take_network() { return std::move(network_); }
  const Tensor& tensor(TensorId id) const { return network_.tensors.at(id); }
  bool is_constant(TensorId id) const;
  std::string what(const Node& node) const;  // start of an error message: file, node, operator

  // The node that writes a tensor; null for inputs and constants.
  const Node* producer(TensorId id) const;
  // Whether exactly one node reads the tensor and it is not an output of the network.
  bool read_once(TensorId id) const { return readers_.at(id) == 1; }

  // The value of a DequantizeLinear node with one scale, of a tensor computed at run time.
  std::optional<Dequantized> dequantized(TensorId id) const;
  // The value of a DequantizeLinear node of a constant, possibly transposed.
  std::optional<QuantizedConstant> dequantized_constant(TensorId id);
  // Scale and zero point inputs, if they are constants with one value.
  std::optional<Quantization> one_quantization(const HostOperator& op, std::size_t scale, std::size_t zero_point) const;
  std::vector<float> floats(TensorId constant) const;
  std::vector<std::int32_t> integers(TensorId constant) const;

  TensorId add_tensor(const std::string& name, ElementType type,
                      Shape shape);  // made unique by a number if need be
  TensorId add_constant(const std::string& name, ElementType type, Shape shape, std::vector<std::uint8_t> data);
  TensorId transposed_constant(TensorId constant, const std::vector<std::int64_t>& permutation);

 private:
  std::string unique_name(const std::string& name);

  Network network_;
  std::string file_;
  std::vector<std::optional<std::size_t>> producer_;
  std::vector<std::size_t> readers_;  // an output of the network counts twice
  std::unordered_set<std::string> names_;
  std::map<std::pair<TensorId, std::vector<std::int64_t>>, TensorId> transposed_;
};

const HostOperator& host_of(const Node& node);
std::uint64_t conv_macs(const Shape& output, const Shape& weight);
std::uint64_t product_macs(const Shape& output, std::int64_t depth);

// Translations. Each appends nodes and returns true, or leaves `nodes` alone.
bool translate_direct(RawGraph& graph, const Node& node,
                      std::vector<Node>& nodes);  // normalize_qlinear.cpp
bool translate_quantize(RawGraph& graph, const Node& quantize,
                        std::vector<Node>& nodes);  // normalize_qdq.cpp

// Refuses scales that overflowed; makes one value of many equal ones.
std::vector<float> checked_scales(std::vector<float> scales, const std::string& what);
std::vector<std::int32_t> collapse_equal(std::vector<std::int32_t> values);

// A table of 256 bytes as a clamp of values of `type`, if that is all it does.
std::optional<Clamp> as_clamp(const std::vector<std::uint8_t>& table, ElementType type);

}  // namespace systole
