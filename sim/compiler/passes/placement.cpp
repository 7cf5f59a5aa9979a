// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/placement.hpp"

#include <utility>

namespace systole::compiler {
namespace {

// Asks every node that is still on the chip; the ones that have a reason go to the host.
template <class Question>
void refuse(Plan& plan, Question reason_of) {
  for (std::uint32_t n = 0; n < plan.nodes.size(); ++n) {
    if (!plan.on_chip(n)) continue;
    if (std::string reason = reason_of(n); !reason.empty())
      plan.nodes[n].placement = {Place::kHost, std::move(reason), {}};
  }
}

}  // namespace

void place_nodes(Plan& plan, const OperatorTable& nodes) {
  for (NodePlan& node : plan.nodes) node.placement.place = Place::kChip;
  refuse(plan, [&](std::uint32_t n) { return nodes[n].refusal(plan); });
  for (std::uint32_t n = 0; n < nodes.size(); ++n) nodes[n].name_bytes(plan);
  refuse(plan, [&](std::uint32_t n) { return nodes[n].refusal_of_bytes(plan); });
  refuse(plan, [&](std::uint32_t n) { return nodes[n].refusal_of_layout(plan); });
}

}  // namespace systole::compiler
