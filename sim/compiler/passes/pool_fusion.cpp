// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/pool_fusion.hpp"

#include <algorithm>

#include "compiler/plan/tensor_uses.hpp"

namespace systole::compiler {
namespace {

// The windows lie side by side and inside of the image.
bool covers_once(const MaxPool& pool, const ImageShape& x, const ImageShape& y) {
  return pool.kernel == pool.stride && pool.dilation == std::array<std::int64_t, 2>{1, 1} && pool.pad[0] == 0 &&
         pool.pad[1] == 0 && y.height * pool.kernel[0] <= x.height && y.width * pool.kernel[1] <= x.width;
}

void fuse_pools_of_step(Plan& plan, const OperatorTable& nodes, const TensorUses& uses, StepPlan& step) {
  for (std::size_t i = 0; i < step.nodes.size(); ++i) {
    const std::uint32_t pool_node = step.nodes[i];
    const auto* pool = std::get_if<MaxPool>(&nodes.network().nodes[pool_node].operation);
    if (!pool || !covers_once(*pool, plan.tensors[pool->input].view, plan.tensors[pool->output].view) ||
        !uses.is_private(pool->input))
      continue;
    const auto at = step.nodes.begin() + static_cast<std::ptrdiff_t>(i);
    const auto producer = std::find_if(step.nodes.begin(), at, [&](std::uint32_t n) {
      return !plan.nodes[n].fused_add && outputs_of(nodes.network().nodes[n].operation).front() == pool->input;
    });
    if (producer == at) continue;
    const std::optional<Clamp> first = nodes[*producer].can_pool(*pool);
    if (!first) continue;
    const auto then = [&](std::int32_t v) { return std::clamp(v, pool->clamp.low, pool->clamp.high); };
    plan.nodes[*producer].fused_pool = FusedPool{pool_node, pool->kernel, {then(first->low), then(first->high)}};
    plan.nodes[pool_node].placement.fused_into = *producer;
    step.nodes.erase(at);
    --i;
  }
}

}  // namespace

void fuse_pools(Plan& plan, const OperatorTable& nodes) {
  const TensorUses uses(nodes.network(), plan);
  for (StepPlan& step : plan.steps)
    if (step.on_chip) fuse_pools_of_step(plan, nodes, uses, step);
}

}  // namespace systole::compiler
