// SPDX-License-Identifier: Apache-2.0
#include "normalize/operators/operands.hpp"

#include "normalize/quantization_parameters.hpp"

namespace systole {

std::optional<TensorId> optional_input(const OnnxNode& node, std::size_t index) {
  if (index >= node.inputs.size() || node.inputs[index] == kNoTensor) return std::nullopt;
  return node.inputs[index];
}

std::optional<std::vector<std::int32_t>> zero_points(const RawGraph& graph, const OnnxNode& node, std::size_t index) {
  const auto id = optional_input(node, index);
  if (!id) return std::vector<std::int32_t>{0};
  if (!graph.is_constant(*id)) return std::nullopt;
  return collapse_equal(graph.integers(*id));
}

bool has_run_time_input(const RawGraph& graph, const OnnxNode& node) { return !graph.is_constant(node.inputs.at(0)); }

}  // namespace systole
