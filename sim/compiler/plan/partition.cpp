// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/partition.hpp"

#include <algorithm>

namespace systole::compiler {
namespace {

std::vector<std::int64_t> list(const HostOperator& op, const char* name) {
  const auto found = op.ints.find(name);
  return found == op.ints.end() ? std::vector<std::int64_t>{} : found->second;
}

std::size_t normal_axis(std::int64_t axis, std::size_t rank) {
  return static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis);
}

// The reader has checked axes and shapes.
std::optional<Partition> slice_of(const Network& network, const HostOperator& op) {
  const std::vector<std::int64_t> starts = list(op, "starts"), axes = list(op, "axes"), steps = list(op, "steps");
  const Shape &x = network.tensors[op.inputs.at(0)].shape, &y = network.tensors[op.outputs.at(0)].shape;
  if (std::any_of(steps.begin(), steps.end(), [](std::int64_t s) { return s != 1; })) return std::nullopt;
  std::optional<Partition> found;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t axis = normal_axis(axes.empty() ? static_cast<std::int64_t>(i) : axes.at(i), x.size());
    if (y.at(axis) == x[axis]) continue;
    if (found) return std::nullopt;
    const std::int64_t first = std::max<std::int64_t>(starts[i] < 0 ? starts[i] + x[axis] : starts[i], 0);
    found = Partition{op.inputs[0], axis, false, {{op.outputs[0], first}}};
  }
  return found;
}

}  // namespace

std::optional<Partition> partition_of(const Network& network, const Node& node) {
  const auto* op = std::get_if<HostOperator>(&node.operation);
  if (op == nullptr) return std::nullopt;
  if (node.operator_name == "Slice") return slice_of(network, *op);
  const bool joins = node.operator_name == "Concat";
  if (!joins && node.operator_name != "Split") return std::nullopt;
  const std::vector<std::int64_t> axis = list(*op, "axis");
  Partition p;
  p.joins = joins;
  p.whole = joins ? op->outputs.at(0) : op->inputs.at(0);
  p.axis = normal_axis(axis.empty() ? 0 : axis[0], network.tensors[p.whole].shape.size());
  std::int64_t first = 0;
  for (TensorId t : joins ? op->inputs : op->outputs) {
    p.parts.push_back({t, first});
    first += network.tensors[t].shape.at(p.axis);
  }
  return p;
}

}  // namespace systole::compiler
