// SPDX-License-Identifier: Apache-2.0
#include "host/operators.hpp"

#include <fmt/format.h>

#include "host/call.hpp"
#include "host/quantized_kernels.hpp"
#include "network/message_text.hpp"
#include "support/error.hpp"
#include "support/work/interruption.hpp"

namespace systole {
namespace {

std::string work_text(const std::string& node, const std::string& operator_name) {
  return fmt::format("node {} ({})", in_quotes(node), operator_name);
}

// Operators that read only the shape of their input.
bool reads_values(const std::string& operator_name) { return operator_name != "Shape" && operator_name != "Size"; }

void check_input(const std::string& what, const Tensor& expected, const HostTensor& given, bool reads_values) {
  const std::size_t bytes = static_cast<std::size_t>(element_count(expected.shape)) * element_bytes(expected.type);
  if (given.type == expected.type && given.shape == expected.shape && (!reads_values || given.data.size() == bytes))
    return;
  throw UserError(fmt::format("{}: input {} must be {} {}, given is {} {} with {} bytes", what,
                              in_quotes(expected.name), element_name(expected.type), shape_text(expected.shape),
                              element_name(given.type), shape_text(given.shape), given.data.size()));
}

std::vector<TensorView> input_views(const std::vector<Tensor>& tensors, const std::vector<TensorId>& ids,
                                    const std::vector<HostTensor>& inputs, const std::string& what, bool reads_values) {
  if (inputs.size() != ids.size()) {
    throw UserError(fmt::format("{}: {} inputs given, {} needed", what, inputs.size(), ids.size()));
  }
  std::vector<TensorView> views;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Tensor& expected = tensors.at(ids[i]);
    if (expected.is_constant) {
      views.emplace_back(expected);
      continue;
    }
    check_input(what, expected, inputs[i], reads_values);
    views.emplace_back(inputs[i]);
  }
  return views;
}

std::vector<HostTensor> empty_outputs(const std::vector<Tensor>& tensors, const std::vector<TensorId>& ids) {
  std::vector<HostTensor> outputs;
  for (TensorId id : ids) outputs.push_back(make_host_tensor(tensors.at(id).type, tensors.at(id).shape));
  return outputs;
}

void compute(const HostOperator&, const Operands&, HostTensor&) {
  throw InternalError("invariant broken: run_quantized runs quantized operators");
}

}  // namespace

std::int64_t TensorView::integer(std::size_t index) const {
  switch (type) {
    case ElementType::kInt8:
      return as<std::int8_t>()[index];
    case ElementType::kUint8:
    case ElementType::kBool:
      return data[index];
    case ElementType::kInt32:
      return as<std::int32_t>()[index];
    case ElementType::kInt64:
      return as<std::int64_t>()[index];
    case ElementType::kFloat32:
      break;
  }
  throw InternalError("invariant broken: integer elements are read from integer tensors only");
}

std::size_t axis_of(const HostCall& call, std::int64_t axis, std::size_t rank) {
  const auto signed_rank = static_cast<std::int64_t>(rank);
  if (axis < -signed_rank || axis >= signed_rank) throw UserError(call.what + ": the axis is not one of the input");
  return static_cast<std::size_t>(axis < 0 ? axis + signed_rank : axis);
}

Lines lines_along(const Shape& shape, std::size_t axis) {
  Lines lines;
  for (std::size_t d = 0; d < shape.size(); ++d)
    (d < axis ? lines.outer : d == axis ? lines.size : lines.inner) *= static_cast<std::size_t>(shape[d]);
  return lines;
}

std::vector<HostTensor> run_on_host(const std::vector<Tensor>& tensors, const HostWork& work,
                                    const std::vector<HostTensor>& inputs) {
  const std::string what = work_text(work.node, work.operator_name);
  const HostEntry* entry = find_host_operator(work.operator_name);
  if (entry == nullptr) throw UserError(fmt::format("{}: the host does not have this operator", what));
  HostCall call{work.attributes, work.operator_name, what,
                input_views(tensors, work.inputs, inputs, what, reads_values(work.operator_name)),
                empty_outputs(tensors, work.outputs)};
  entry->function(call);
  return std::move(call.outputs);
}

std::vector<HostTensor> run_quantized(const Network& network, const Node& node, const std::vector<HostTensor>& inputs) {
  const std::vector<TensorView> views =
      input_views(network.tensors, inputs_of(node.operation), inputs, work_text(node.name, node.operator_name), true);
  std::vector<HostTensor> outputs = empty_outputs(network.tensors, outputs_of(node.operation));
  std::visit([&](const auto& op) { compute(op, Operands{views, network.tensors}, outputs.at(0)); }, node.operation);
  return outputs;
}

std::vector<HostTensor> run_node(const Network& network, const Node& node, const std::vector<HostTensor>& inputs) {
  check_interruption();
  const auto* op = std::get_if<HostOperator>(&node.operation);
  if (op == nullptr) return run_quantized(network, node, inputs);
  return run_on_host(network.tensors, {node.name, node.operator_name, *op, op->inputs, op->outputs}, inputs);
}

}  // namespace systole
