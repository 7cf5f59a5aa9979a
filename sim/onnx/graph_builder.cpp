// SPDX-License-Identifier: Apache-2.0
#include "onnx/graph_builder.hpp"

#include <fmt/format.h>

#include "network/message_text.hpp"
#include "support/error.hpp"
#include "support/work/memory.hpp"

namespace systole {

std::optional<TensorId> GraphBuilder::find(const std::string& name) const {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

TensorId GraphBuilder::define(const std::string& what, Tensor tensor) {
  const auto id = static_cast<TensorId>(graph_.tensors.size());
  if (!by_name_.emplace(tensor.name, id).second) throw UserError(what + " is defined twice");
  return append(std::move(tensor));
}

TensorId GraphBuilder::append(Tensor tensor) {
  bytes_ += tensor.size_bytes();
  if (bytes_ > most_bytes_)
    throw UserError(fmt::format("{}: the tensors up to {} take {} in all; at most {} are allowed, {}", file_,
                                in_quotes(tensor.name), memory_text(bytes_), memory_text(most_bytes_),
                                most_bytes_ < kMostBytes ? "the memory that is free" : "on any machine"));
  graph_.tensors.push_back(std::move(tensor));
  return static_cast<TensorId>(graph_.tensors.size() - 1);
}

std::string GraphBuilder::tensor_what(const char* kind, const std::string& name) const {
  return fmt::format("{}: {} {}", file_, kind, in_quotes(name));
}

std::string GraphBuilder::node_what(const std::string& name, const std::string& operator_name, int index) const {
  const std::string shown = name.empty() ? fmt::format("number {}", index) : in_quotes(name);
  return fmt::format("{}: node {} ({})", file_, shown, first_line(operator_name));
}

void check_run_time_shape(const std::string& what, ElementType type, const Shape& shape) {
  check_tensor_size(what, type, shape);
  for (std::int64_t dimension : shape) {
    if (dimension == 0) throw UserError(fmt::format("{} has a dimension of zero: {}", what, shape_text(shape)));
  }
}

}  // namespace systole
