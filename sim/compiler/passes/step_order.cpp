// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/step_order.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "support/error.hpp"

namespace systole::compiler {

void order_steps(Plan& plan, const OperatorTable& nodes) {
  std::vector<char> done(nodes.size(), 0);
  std::size_t left = nodes.size();
  const auto ready = [&](std::uint32_t n) {
    const std::vector<TensorId> inputs = inputs_of(nodes.network().nodes[n].operation);
    return std::all_of(inputs.begin(), inputs.end(),
                       [&](TensorId t) { return !nodes.writer(t) || done[*nodes.writer(t)]; });
  };
  bool on_chip = true;
  std::size_t idle_phases = 0;
  while (left > 0) {
    StepPlan chip_step{true, {}};
    bool progress = false;
    // Nodes are in topological order: one sweep takes all that follow.
    for (std::uint32_t n = 0; n < nodes.size(); ++n) {
      const Place place = plan.nodes[n].placement.place;
      if (done[n] || !ready(n) || (place == Place::kChip && !on_chip) || (place == Place::kHost && on_chip)) continue;
      if (place == Place::kChip) chip_step.nodes.push_back(n);
      if (place == Place::kHost) plan.steps.push_back({false, {n}});
      done[n] = 1;
      --left;
      progress = true;
    }
    if (!chip_step.nodes.empty()) plan.steps.push_back(std::move(chip_step));
    idle_phases = progress ? 0 : idle_phases + 1;
    if (idle_phases > 1)
      throw UserError(fmt::format("network '{}': its nodes are not in execution order", nodes.network().name));
    on_chip = !on_chip;
  }
}

}  // namespace systole::compiler
