// SPDX-License-Identifier: Apache-2.0
#include "compiler/dram/transfers.hpp"

namespace systole::compiler {

Transfers::Transfers(const Plan& plan, const OperatorTable& nodes, bool keep_tensors)
    : plan_(plan), network_(nodes.network()), free_(network_, plan.placements()), keep_tensors_(keep_tensors) {
  const auto host_reads = [&](TensorId t) { host_needs_.insert(free_.sources(t).begin(), free_.sources(t).end()); };
  for (const StepPlan& step : plan.steps)
    if (!step.on_chip)
      for (TensorId t : inputs_of(network_.nodes[step.nodes[0]].operation)) host_reads(t);
  for (TensorId t : network_.outputs) host_reads(t);
}

ChipStep Transfers::next(const StepPlan& step) {
  ChipStep chip_step;
  for (std::uint32_t n : step.nodes) {
    for (TensorId t : chip_inputs(network_, plan_, n))
      for (TensorId source : free_.sources(t))
        if (!plan_.tensors[source].resident && !network_.tensors[source].is_constant && in_dram_.insert(source).second)
          chip_step.inputs.push_back(source);
    for (TensorId t : chip_outputs(network_, plan_, n)) {
      if (plan_.tensors[t].resident) continue;
      in_dram_.insert(t);
      const bool host_needs = host_needs_.count(t) > 0;
      if (host_needs) chip_step.outputs.push_back(t);
      if (keep_tensors_ || host_needs) chip_step.written.push_back(t);
    }
  }
  return chip_step;
}

}  // namespace systole::compiler
