// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/add_fusion.hpp"

#include <algorithm>

#include "compiler/plan/tensor_uses.hpp"

namespace systole::compiler {
namespace {

using NodeIterator = std::vector<std::uint32_t>::iterator;

class AddFusion {
 public:
  AddFusion(Plan& plan, const OperatorTable& nodes)
      : plan_(plan), nodes_(nodes), net_(nodes.network()), uses_(nodes.network(), plan) {}

  void run(StepPlan& step) {
    for (std::size_t i = 0; i < step.nodes.size(); ++i) {
      const std::uint32_t add_node = step.nodes[i];
      const auto* add = std::get_if<Add>(&net_.nodes[add_node].operation);
      if (!add || add->a == add->b) continue;
      const NodeIterator end = step.nodes.begin() + static_cast<std::ptrdiff_t>(i);
      NodeIterator producer = producer_of(add->a, step.nodes.begin(), end);
      FusedAdd fused = {add_node, add->b, add_factors(*add), add->clamp};
      if (producer == end) {
        producer = producer_of(add->b, step.nodes.begin(), end);
        if (producer == end) continue;
        const auto factors = swapped_add_factors(*add, is_signed(add->a), is_signed(add->b), is_signed(add->output));
        if (!factors) continue;
        fused = {add_node, add->a, *factors, add->clamp};
      }
      // The producer moves to the place of the Add.
      const std::uint32_t node = *producer;
      plan_.nodes[node].fused_add = fused;
      plan_.nodes[add_node].placement.fused_into = node;
      step.nodes[i] = node;
      step.nodes.erase(producer);
      --i;
    }
  }

 private:
  bool is_signed(TensorId t) const { return net_.tensors[t].type == ElementType::kInt8; }

  // The node that computes `t` for one reader alone and could add as well; `end` if there is none.
  NodeIterator producer_of(TensorId t, NodeIterator begin, NodeIterator end) const {
    if (!uses_.is_private(t)) return end;
    const NodeIterator found = std::find_if(begin, end, [&](std::uint32_t n) {
      return !plan_.nodes[n].fused_add && outputs_of(net_.nodes[n].operation).front() == t;
    });
    return found != end && nodes_[*found].can_add(plan_) ? found : end;
  }

  Plan& plan_;
  const OperatorTable& nodes_;
  const Network& net_;
  TensorUses uses_;
};

}  // namespace

void fuse_adds(Plan& plan, const OperatorTable& nodes) {
  // A residual piece holds at least one position of a column block, in one bank.
  const Chip& chip = nodes.chip();
  if (ceil_div(chip.array_cols, chip.array_rows) > chip.activation_bank_words) return;
  AddFusion fusion(plan, nodes);
  for (StepPlan& step : plan.steps)
    if (step.on_chip) fusion.run(step);
}

}  // namespace systole::compiler
