// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/plan.hpp"

namespace systole::compiler {

TensorLayout layout_of(const Network& network, const Plan& plan, TensorId tensor) {
  ImageShape view = plan.view[tensor];
  const std::optional<Unrolled>& unrolled = plan.unrolled[tensor];
  if (unrolled) {
    view.channels = unrolled->taps * unrolled->channels;
    view.width = unrolled->columns;
  }
  TensorLayout layout =
      make_layout(view, plan.block[tensor], static_cast<std::uint32_t>(element_bytes(network.tensors[tensor].type)));
  layout.unrolled = unrolled;
  return layout;
}

std::vector<TensorId> chip_inputs(const Network& network, const Plan& plan, std::uint32_t node) {
  std::vector<TensorId> tensors;
  for (TensorId t : inputs_of(network.nodes[node].operation)) tensors.push_back(plan.flattened[t].value_or(t));
  if (plan.fused_add[node]) tensors.push_back(plan.fused_add[node]->residual);
  return tensors;
}

std::vector<TensorId> chip_outputs(const Network& network, const Plan& plan, std::uint32_t node) {
  if (plan.fused_add[node])
    node = plan.fused_add[node]->node;
  else if (plan.fused_pool[node])
    node = plan.fused_pool[node]->node;
  return outputs_of(network.nodes[node].operation);
}

}  // namespace systole::compiler
