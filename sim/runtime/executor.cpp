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
    : net_(network),
      backend_(backend),
      keep_(keep),
      free_(network.network, network.placement),
      reshaped_(network.network.tensors.size(), kNoTensor) {
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

std::optional<HostTensor> Executor::known(TensorId id) const {
  if (const auto found = values_.find(id); found != values_.end()) return found->second;
  const Tensor& t = net_.network.tensors[id];
  if (t.is_constant) return HostTensor{t.type, t.shape, t.data};
  return std::nullopt;
}

// The tensor whose bytes a row of reshapes gives another name. Found once for all tensors on the way.
TensorId Executor::reshaped(TensorId id) const {
  std::vector<TensorId> way;
  while (reshaped_[id] == kNoTensor) {
    const auto producer = free_.producer(id);
    const auto* reshape = producer ? std::get_if<Reshape>(&net_.network.nodes[*producer].operation) : nullptr;
    if (reshape == nullptr) break;
    way.push_back(id);
    id = reshape->input;
  }
  if (reshaped_[id] != kNoTensor) id = reshaped_[id];
  for (const TensorId each : way) reshaped_[each] = id;
  return id;
}

// Without recursion: rows of free nodes are as long as a network.
std::optional<HostTensor> Executor::tensor(TensorId wanted) const {
  if (auto value = known(wanted)) return value;
  std::map<TensorId, HostTensor> made;
  const auto have = [&](TensorId id) -> std::optional<HostTensor> {
    if (const auto found = made.find(id); found != made.end()) return found->second;
    return known(id);
  };
  std::vector<TensorId> open = {wanted};
  while (!open.empty()) {
    const TensorId id = open.back();
    const auto producer = free_.producer(id);
    if (made.count(id) != 0 || !producer) {
      if (made.count(id) == 0 && !known(id)) return std::nullopt;
      open.pop_back();
      continue;
    }
    const Node& node = net_.network.nodes[*producer];
    if (std::holds_alternative<Reshape>(node.operation)) {
      const TensorId source = reshaped(id);
      if (auto value = have(source)) {
        value->shape = net_.network.tensors[id].shape;
        made.emplace(id, std::move(*value));
      } else {
        open.push_back(source);
      }
      continue;
    }
    std::vector<HostTensor> inputs;
    for (const TensorId input : inputs_of(node.operation)) {
      if (auto value = have(input))
        inputs.push_back(std::move(*value));
      else
        open.push_back(input);
    }
    if (open.back() != id) continue;
    const std::vector<TensorId> outputs = outputs_of(node.operation);
    std::vector<HostTensor> values = run_node(net_.network, node, inputs);
    for (std::size_t i = 0; i < outputs.size(); ++i) made.emplace(outputs[i], std::move(values[i]));
  }
  return std::move(made.at(wanted));
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
