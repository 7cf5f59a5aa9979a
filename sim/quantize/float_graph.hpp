// SPDX-License-Identifier: Apache-2.0
//
// A network as load_model leaves it (HostOperators one for one with the file's nodes), with what rewriting it needs to know.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "network/host_tensor.hpp"
#include "network/network.hpp"

namespace systole::quantize {

class FloatGraph {
 public:
  explicit FloatGraph(Network& network);

  const Tensor& tensor(TensorId id) const { return network_.tensors.at(id); }
  bool is_constant(TensorId id) const;
  bool is_run_time_float(TensorId id) const;
  bool is_output(TensorId id) const { return output_.at(id); }
  // Index of the node that writes it; nothing for inputs and constants.
  std::optional<std::size_t> producer(TensorId id) const { return producer_.at(id); }
  // Indices of the nodes that read it, one entry for each use.
  const std::vector<std::size_t>& readers(TensorId id) const { return readers_.at(id); }
  // The only reader, if there is one and the tensor is no output.
  std::optional<std::size_t> only_reader(TensorId id) const;

  const Node& node(std::size_t index) const { return network_.nodes.at(index); }
  static const HostOperator& op(const Node& node) { return std::get<HostOperator>(node.operation); }

 private:
  Network& network_;
  std::vector<std::optional<std::size_t>> producer_;
  std::vector<std::vector<std::size_t>> readers_;
  std::vector<bool> output_;
};

// Adds tensors to a network under names of their own.
class TensorAdder {
 public:
  explicit TensorAdder(Network& network);
  TensorId run_time(const std::string& name, ElementType type, const Shape& shape);
  TensorId floats(const std::string& name, const Shape& shape, const std::vector<float>& values);
  TensorId int8s(const std::string& name, const Shape& shape, const std::vector<std::int8_t>& values);
  TensorId int32s(const std::string& name, const Shape& shape, const std::vector<std::int32_t>& values);

 private:
  TensorId add(const std::string& name, ElementType type, const Shape& shape, const void* data, bool is_constant);
  Network& network_;
  std::unordered_set<std::string> names_;
};

std::vector<float> floats_of(const Tensor& constant);

// Runs all nodes on the host in their order; `seen` gets every tensor that a node computes, and the inputs. Tensors are dropped
// behind their last reader.
void run_float(const Network& network, const std::vector<HostTensor>& inputs,
               const std::function<void(TensorId, const HostTensor&)>& seen);

}  // namespace systole::quantize
