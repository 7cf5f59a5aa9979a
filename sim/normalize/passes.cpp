// SPDX-License-Identifier: Apache-2.0
#include "normalize/passes.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "normalize/quantization_parameters.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

// An output of the network counts twice.
std::vector<std::size_t> reader_counts(const OnnxGraph& graph, const std::vector<Node>& nodes) {
  std::vector<std::size_t> readers(graph.tensors.size(), 0);
  for (TensorId id : graph.outputs) readers[id] += 2;
  for (const Node& node : nodes) {
    for (TensorId id : inputs_of(node.operation)) {
      if (id != kNoTensor) ++readers[id];
    }
  }
  return readers;
}

// Whether the table only clamps and `before`, which writes its input, could take the clamp; then it has.
bool fuse_clamp(const OnnxGraph& graph, const Lookup& lookup, Node& before) {
  const Tensor &x = graph.tensors[lookup.input], &y = graph.tensors[lookup.output];
  const auto limits = as_clamp(lookup.table, x.type);
  Clamp* const fused = output_clamp_of(before.operation);
  if (!limits || fused == nullptr || x.type != y.type || x.shape != y.shape) return false;
  const auto clamp = [&](std::int32_t value) { return std::min(std::max(value, limits->low), limits->high); };
  *fused = {clamp(fused->low), clamp(fused->high)};
  for (TensorId* id : tensors_of(before.operation))
    if (*id == lookup.input) *id = lookup.output;
  return true;
}

}  // namespace

void merge_equal_quantizations(OnnxGraph& graph) {
  using Key = std::tuple<TensorId, ElementType, std::vector<std::uint8_t>, std::vector<std::uint8_t>>;
  const std::set<TensorId> outputs(graph.outputs.begin(), graph.outputs.end());
  std::map<Key, TensorId> first;
  std::map<TensorId, TensorId> replaced;
  std::vector<OnnxNode> kept;
  for (OnnxNode& node : graph.nodes) {
    for (TensorId& id : node.inputs) {
      const auto found = replaced.find(id);
      if (found != replaced.end()) id = found->second;
    }
    const bool constant = node.operator_name == "QuantizeLinear" &&
                          std::all_of(node.inputs.begin() + 1, node.inputs.end(),
                                      [&](TensorId id) { return id != kNoTensor && graph.tensors[id].is_constant; });
    if (constant && graph.tensors[node.inputs.at(1)].data.size() == sizeof(float)) {
      const TensorId output = node.outputs.at(0);
      std::vector<std::uint8_t> zero_point = {0};
      if (node.inputs.size() > 2) zero_point = graph.tensors[node.inputs[2]].data;
      const auto inserted = first.emplace(
          Key{node.inputs[0], graph.tensors[output].type, graph.tensors[node.inputs[1]].data, zero_point}, output);
      if (!inserted.second && outputs.count(output) == 0) {
        replaced[output] = inserted.first->second;
        continue;
      }
    }
    kept.push_back(std::move(node));
  }
  graph.nodes = std::move(kept);
}

std::vector<Node> needed_nodes(const OnnxGraph& graph, std::vector<Node> nodes) {
  std::vector<bool> needed(graph.tensors.size(), false);
  for (TensorId id : graph.outputs) needed[id] = true;
  std::vector<Node> kept;
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    const auto outputs = outputs_of(node->operation);
    if (std::none_of(outputs.begin(), outputs.end(), [&](TensorId id) { return needed[id]; })) continue;
    for (TensorId id : inputs_of(node->operation)) {
      if (id != kNoTensor) needed[id] = true;
    }
    kept.push_back(std::move(*node));
  }
  std::reverse(kept.begin(), kept.end());
  return kept;
}

std::vector<Node> fuse_clamps(const OnnxGraph& graph, std::vector<Node> nodes) {
  const std::vector<std::size_t> readers = reader_counts(graph, nodes);
  std::vector<std::optional<std::size_t>> producer(graph.tensors.size());
  std::vector<Node> kept;
  for (Node& node : nodes) {
    const auto* lookup = std::get_if<Lookup>(&node.operation);
    if (lookup != nullptr && readers[lookup->input] == 1 && producer[lookup->input] &&
        fuse_clamp(graph, *lookup, kept[*producer[lookup->input]])) {
      producer[lookup->output] = producer[lookup->input];
      kept[*producer[lookup->input]].operator_name += "+" + node.operator_name;
      continue;
    }
    for (TensorId id : outputs_of(node.operation)) producer[id] = kept.size();
    kept.push_back(std::move(node));
  }
  return kept;
}

void fill_absent_inputs(RawGraph& graph, std::vector<Node>& nodes) {
  std::optional<TensorId> zero;
  for (Node& node : nodes) {
    auto* op = std::get_if<HostOperator>(&node.operation);
    if (op == nullptr) continue;
    for (TensorId& id : op->inputs) {
      if (id != kNoTensor) continue;
      const bool quantized = node.operator_name.find("Integer") != std::string::npos || node.operator_name[0] == 'Q';
      if (!quantized) throw UserError(graph.what(node) + ": an absent input before a present one is not supported");
      if (!zero) zero = graph.add_constant("absent_zero", ElementType::kUint8, {}, {0});
      id = *zero;
    }
  }
}

void compact_tensors(Network& network) {
  std::vector<TensorId*> ids;
  for (Node& node : network.nodes) {
    const std::vector<TensorId*> tensors = tensors_of(node.operation);
    ids.insert(ids.end(), tensors.begin(), tensors.end());
  }
  for (TensorId& id : network.inputs) ids.push_back(&id);
  for (TensorId& id : network.outputs) ids.push_back(&id);
  std::vector<bool> used(network.tensors.size(), false);
  for (const TensorId* id : ids) used.at(*id) = true;
  std::vector<TensorId> renumbered(network.tensors.size(), kNoTensor);
  std::vector<Tensor> tensors;
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) continue;
    renumbered[i] = static_cast<TensorId>(tensors.size());
    tensors.push_back(std::move(network.tensors[i]));
  }
  for (TensorId* id : ids) *id = renumbered[*id];
  network.tensors = std::move(tensors);
}

}  // namespace systole
