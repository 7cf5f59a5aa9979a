// SPDX-License-Identifier: Apache-2.0
#include "runtime/executor.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "host/operators.hpp"
#include "support/error.hpp"

namespace systole::runtime {

using compiler::ChipStep;
using compiler::CompiledNetwork;
using compiler::HostStep;
using compiler::Segment;
using compiler::TensorLayout;

namespace {

std::string shape_text(const Shape& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += fmt::format("{}{}", i ? ", " : "", shape[i]);
  return text + "]";
}

// Padding channels hold this until somebody writes them; a value that no kernel may depend on.
constexpr std::uint8_t kChannelFill = 0xA5;

}  // namespace

Executor::Executor(const CompiledNetwork& network, ChipBackend& backend, Keep keep)
    : net_(network), backend_(backend), keep_(keep), free_(network.network, network.placement) {
  for (const Segment& s : net_.constants) backend_.write_dram(s.address, s.bytes);
  for (std::size_t i = 0; i < net_.steps.size(); ++i) {
    const auto* chip = std::get_if<ChipStep>(&net_.steps[i]);
    if (!chip) continue;
    std::vector<std::uint8_t> bytes;
    for (const isa::Instruction& instruction : chip->program.instructions)
      for (std::uint32_t word : isa::encode(instruction))
        for (int b = 0; b < 4; ++b) bytes.push_back(static_cast<std::uint8_t>(word >> (8 * b)));
    backend_.write_dram(net_.program_address[i], bytes);
  }
  plan_forgetting();
}

void Executor::plan_forgetting() {
  constexpr std::size_t kNever = ~std::size_t{0};
  std::vector<std::size_t> last(net_.network.tensors.size(), 0);
  for (std::size_t i = 0; i < net_.steps.size(); ++i) {
    const auto* chip = std::get_if<ChipStep>(&net_.steps[i]);
    const std::vector<TensorId> read =
        chip ? chip->inputs : inputs_of(net_.network.nodes[std::get<HostStep>(net_.steps[i]).node].operation);
    for (TensorId t : read)
      for (TensorId source : free_.sources(t)) last[source] = i;
  }
  for (TensorId t : net_.network.outputs)
    for (TensorId source : free_.sources(t)) last[source] = kNever;
  forgotten_.resize(net_.steps.size());
  for (TensorId t = 0; t < last.size(); ++t)
    if (last[t] != kNever && !net_.steps.empty()) forgotten_[last[t]].push_back(t);
}

void Executor::forget(std::size_t step) {
  if (keep_ != Keep::kOutputs) return;
  for (TensorId t : forgotten_[step]) values_.erase(t);
}

void Executor::run(const std::vector<HostTensor>& inputs) {
  begin(inputs);
  for (std::size_t i = 0; i < net_.steps.size(); ++i) run_step(i);
}

void Executor::begin(const std::vector<HostTensor>& inputs) {
  const Network& net = net_.network;
  if (inputs.size() != net.inputs.size())
    throw UserError(
        fmt::format("network '{}': {} inputs given, {} needed", net.name, inputs.size(), net.inputs.size()));
  values_.clear();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Tensor& t = net.tensors[net.inputs[i]];
    if (inputs[i].type != t.type || inputs[i].shape != t.shape)
      throw UserError(fmt::format("input '{}': {} {} given, {} {} needed", t.name, element_name(inputs[i].type),
                                  shape_text(inputs[i].shape), element_name(t.type), shape_text(t.shape)));
    values_[net.inputs[i]] = inputs[i];
  }
}

void Executor::run_step(std::size_t step) {
  if (const auto* chip = std::get_if<ChipStep>(&net_.steps.at(step)))
    run_chip(step, *chip);
  else
    run_host(std::get<HostStep>(net_.steps[step]));
  forget(step);
}

void Executor::run_chip(std::size_t index, const ChipStep& step) {
  const std::uint64_t tensors = net_.base_address[static_cast<int>(isa::Base::kTensor)];
  for (TensorId t : step.inputs) {
    const TensorLayout& layout = *net_.layout[t];
    backend_.write_dram(tensors + layout.offset, compiler::to_layout(value(t).data, layout, kChannelFill));
  }
  backend_.run_program(index, step.program);
  for (TensorId t : step.outputs) read_back(t);
  if (keep_ == Keep::kAll)
    for (TensorId t : step.written)
      if (!values_.count(t)) read_back(t);
}

void Executor::read_back(TensorId t) {
  const TensorLayout& layout = *net_.layout[t];
  const Tensor& tensor = net_.network.tensors[t];
  const std::uint64_t tensors = net_.base_address[static_cast<int>(isa::Base::kTensor)];
  values_[t] = {tensor.type, tensor.shape,
                compiler::from_layout(backend_.read_dram(tensors + layout.offset, layout.size_bytes()), layout)};
}

void Executor::run_host(const HostStep& step) {
  const Node& node = net_.network.nodes[step.node];
  std::vector<HostTensor> inputs;
  for (TensorId t : inputs_of(node.operation))
    inputs.push_back(net_.network.tensors[t].is_constant ? HostTensor{} : value(t));
  std::vector<HostTensor> outputs = run_node(net_.network, node, inputs);
  const std::vector<TensorId> ids = outputs_of(node.operation);
  invariant(ids.size() == outputs.size(), "a host operator returns all its outputs");
  for (std::size_t i = 0; i < ids.size(); ++i) values_[ids[i]] = std::move(outputs[i]);
}

std::optional<HostTensor> Executor::tensor(TensorId id) const {
  if (const auto found = values_.find(id); found != values_.end()) return found->second;
  const Tensor& t = net_.network.tensors[id];
  if (t.is_constant) return HostTensor{t.type, t.shape, t.data};
  if (const auto producer = free_.producer(id)) {
    const Node& node = net_.network.nodes[*producer];
    std::vector<HostTensor> inputs;
    for (TensorId input_id : inputs_of(node.operation)) {
      std::optional<HostTensor> input = tensor(input_id);
      if (!input) return std::nullopt;
      inputs.push_back(std::move(*input));
    }
    const std::vector<TensorId> outputs = outputs_of(node.operation);
    const auto at = std::find(outputs.begin(), outputs.end(), id) - outputs.begin();
    return run_node(net_.network, node, inputs)[static_cast<std::size_t>(at)];
  }
  return std::nullopt;
}

HostTensor Executor::value(TensorId id) const {
  std::optional<HostTensor> v = tensor(id);
  invariant(v.has_value(), "a tensor that the host needs is on the host");
  return std::move(*v);
}

std::vector<HostTensor> Executor::outputs() const {
  std::vector<HostTensor> result;
  for (TensorId t : net_.network.outputs) result.push_back(value(t));
  return result;
}

}  // namespace systole::runtime
