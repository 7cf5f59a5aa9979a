// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/plan.hpp"

namespace systole::compiler {

Plan::Plan(const Network& network, const Chip& chip) : nodes(network.nodes.size()), tensors(network.tensors.size()) {
  for (TensorId t = 0; t < tensors.size(); ++t) {
    tensors[t].storage = t;
    tensors[t].block = chip.array_rows;
  }
}

std::vector<NodePlacement> Plan::placements() const {
  std::vector<NodePlacement> all;
  for (const NodePlan& node : nodes) all.push_back(node.placement);
  return all;
}

TensorLayout layout_of(const Network& network, const Plan& plan, TensorId tensor) {
  ImageShape view = plan.tensors[tensor].view;
  const std::optional<Unrolled>& unrolled = plan.tensors[tensor].unrolled;
  if (unrolled) {
    view.channels = unrolled->taps * unrolled->channels;
    view.width = unrolled->columns;
  }
  TensorLayout layout = make_layout(view, plan.tensors[tensor].block,
                                    static_cast<std::uint32_t>(element_bytes(network.tensors[tensor].type)));
  layout.unrolled = unrolled;
  return layout;
}

std::vector<TensorId> chip_inputs(const Network& network, const Plan& plan, std::uint32_t node) {
  std::vector<TensorId> tensors;
  for (TensorId t : inputs_of(network.nodes[node].operation)) tensors.push_back(plan.tensors[t].read_as(t));
  if (plan.nodes[node].fused_add) tensors.push_back(plan.nodes[node].fused_add->residual);
  return tensors;
}

std::vector<TensorId> chip_outputs(const Network& network, const Plan& plan, std::uint32_t node) {
  if (const auto& add = plan.nodes[node].fused_add)
    node = add->node;
  else if (const auto& pool = plan.nodes[node].fused_pool)
    node = pool->node;
  return outputs_of(network.nodes[node].operation);
}

}  // namespace systole::compiler
