// SPDX-License-Identifier: Apache-2.0
#include "normalize/normalize.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "normalize/raw_graph.hpp"
#include "onnx/node_inference.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

// Exporters give each reader of a float tensor a QuantizeLinear of its own; equal ones become one,
// so that the operator before them has one reader.
void merge_equal_quantizations(Network& network) {
  using Key = std::tuple<TensorId, ElementType, std::vector<std::uint8_t>, std::vector<std::uint8_t>>;
  const std::set<TensorId> outputs(network.outputs.begin(), network.outputs.end());
  std::map<Key, TensorId> first;
  std::map<TensorId, TensorId> replaced;
  std::vector<Node> kept;
  for (Node& node : network.nodes) {
    auto& op = std::get<HostOperator>(node.operation);
    for (TensorId& id : op.inputs) {
      const auto found = replaced.find(id);
      if (found != replaced.end()) id = found->second;
    }
    const bool constant = node.operator_name == "QuantizeLinear" &&
                          std::all_of(op.inputs.begin() + 1, op.inputs.end(),
                                      [&](TensorId id) { return id != kNoTensor && network.tensors[id].is_constant; });
    if (constant && network.tensors[op.inputs.at(1)].data.size() == sizeof(float)) {
      const TensorId output = op.outputs.at(0);
      std::vector<std::uint8_t> zero_point = {0};
      if (op.inputs.size() > 2) zero_point = network.tensors[op.inputs[2]].data;
      const auto inserted = first.emplace(
          Key{op.inputs[0], network.tensors[output].type, network.tensors[op.inputs[1]].data, zero_point}, output);
      if (!inserted.second && outputs.count(output) == 0) {
        replaced[output] = inserted.first->second;
        continue;
      }
    }
    kept.push_back(std::move(node));
  }
  network.nodes = std::move(kept);
}

// Only the nodes that an output of the network depends on.
std::vector<Node> needed_nodes(const Network& network, std::vector<Node> nodes) {
  std::vector<bool> needed(network.tensors.size(), false);
  for (TensorId id : network.outputs) needed[id] = true;
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

// A Lookup that only clamps what one operator has just computed is that operator's clamp.
std::vector<Node> fuse_clamps(const Network& network, std::vector<Node> nodes) {
  std::vector<std::size_t> readers(network.tensors.size(), 0);
  std::vector<std::optional<std::size_t>> producer(network.tensors.size());
  for (TensorId id : network.outputs) readers[id] += 2;
  for (const Node& node : nodes) {
    for (TensorId id : inputs_of(node.operation)) {
      if (id != kNoTensor) ++readers[id];
    }
  }
  std::vector<Node> kept;
  for (Node& node : nodes) {
    const auto* lookup = std::get_if<Lookup>(&node.operation);
    if (lookup != nullptr && readers[lookup->input] == 1 && producer[lookup->input]) {
      const ElementType type = network.tensors[lookup->input].type;
      const auto limits = as_clamp(lookup->table, type);
      Node& before = kept[*producer[lookup->input]];
      Clamp* const fused = output_clamp_of(before.operation);
      if (limits && fused != nullptr && type == network.tensors[lookup->output].type &&
          network.tensors[lookup->input].shape == network.tensors[lookup->output].shape) {
        const auto clamp = [&](std::int32_t x) { return std::min(std::max(x, limits->low), limits->high); };
        *fused = {clamp(fused->low), clamp(fused->high)};
        for (TensorId* id : tensors_of(before.operation))
          if (*id == lookup->input) *id = lookup->output;
        producer[lookup->output] = producer[lookup->input];
        before.operator_name += "+" + node.operator_name;
        continue;
      }
    }
    for (TensorId id : outputs_of(node.operation)) producer[id] = kept.size();
    kept.push_back(std::move(node));
  }
  return kept;
}

// An absent zero point or bias in the middle of a host operator's inputs is zero.
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

std::uint64_t host_macs(const Network& network, const std::string& name, const HostOperator& op) {
  const auto shape = [&](TensorId id) { return network.tensors.at(id).shape; };
  const Shape output = shape(op.outputs.at(0));
  if (name == "Conv" || name == "ConvInteger") return conv_macs(output, shape(op.inputs.at(1)));
  if (name == "QLinearConv") return conv_macs(output, shape(op.inputs.at(3)));
  if (name == "MatMul" || name == "MatMulInteger" || name == "QLinearMatMul")
    return product_macs(output, shape(op.inputs.at(0)).back());
  if (name == "Gemm" || name == "QGemm") {
    const bool transposed = op.ints.count("transA") != 0 && op.ints.at("transA").at(0) != 0;
    return product_macs(output, shape(op.inputs.at(0)).at(transposed ? 0 : 1));
  }
  return 0;
}

// Drops tensors that nothing uses and numbers the rest anew, in their old order.
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

}  // namespace

Network normalize(Network raw, const std::string& file) {
  merge_equal_quantizations(raw);
  RawGraph graph(std::move(raw), file);
  std::vector<Node> nodes;
  const std::size_t count = graph.network().nodes.size();
  for (std::size_t i = 0; i < count; ++i) {
    const Node& node = graph.network().nodes[i];
    const bool translated = node.operator_name == "QuantizeLinear" ? translate_quantize(graph, node, nodes)
                                                                   : translate_direct(graph, node, nodes);
    if (!translated) nodes.push_back(node);
  }
  nodes = needed_nodes(graph.network(), std::move(nodes));
  nodes = fuse_clamps(graph.network(), std::move(nodes));
  fill_absent_inputs(graph, nodes);

  Network network = graph.take_network();
  network.nodes = std::move(nodes);
  for (Node& node : network.nodes) {
    if (const auto* op = std::get_if<HostOperator>(&node.operation))
      node.macs = host_macs(network, node.operator_name, *op);
  }
  compact_tensors(network);
  return network;
}

}  // namespace systole
