// SPDX-License-Identifier: Apache-2.0
//
// A network with the decisions of the first passes, for the tests of a single one.
#pragma once

#include "compiler/operators/operator_table.hpp"
#include "compiler/passes/placement.hpp"
#include "compiler/passes/step_order.hpp"
#include "compiler/passes/views.hpp"
#include "compiler/plan/plan.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/network_builder.hpp"

namespace systole::compiler_test {

struct Planned {
  Planned(const NetworkBuilder& builder, const Chip& on_chip)
      : network(builder.network()), chip(on_chip), nodes(network, chip), plan(network, chip) {}
  Planned(const Planned&) = delete;
  Planned& operator=(const Planned&) = delete;

  // Views, placement and the order of the steps.
  Planned& with_steps() {
    compiler::choose_views(plan, nodes);
    compiler::place_nodes(plan, nodes);
    compiler::order_steps(plan, nodes);
    return *this;
  }
  const std::string& reason(std::uint32_t node) const { return plan.nodes[node].placement.reason; }
  TensorId output_of(std::uint32_t node) const { return outputs_of(network.nodes[node].operation).front(); }

  Network network;
  Chip chip;
  compiler::OperatorTable nodes;
  compiler::Plan plan;
};

}  // namespace systole::compiler_test
