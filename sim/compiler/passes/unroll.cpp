// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/unroll.hpp"

#include <vector>

namespace systole::compiler {
namespace {

// The node that is the only one on the chip to read each tensor; none if there is no or another reader.
std::vector<std::optional<std::uint32_t>> only_readers(const Plan& plan, const OperatorTable& nodes) {
  std::vector<std::optional<std::uint32_t>> reader(plan.tensors.size());
  std::vector<int> readers(plan.tensors.size(), 0);
  std::vector<char> other_use(plan.tensors.size(), 0);  // the chip writes it, or a fused addition reads it
  for (std::uint32_t n = 0; n < nodes.size(); ++n) {
    const Operation& operation = nodes.network().nodes[n].operation;
    if (plan.nodes[n].placement.place == Place::kHost) continue;
    for (TensorId t : inputs_of(operation)) {
      ++readers[plan.tensors[t].storage];
      reader[plan.tensors[t].storage] = n;
    }
    for (TensorId t : outputs_of(operation)) other_use[plan.tensors[t].storage] = 1;
    if (const auto& fused = plan.nodes[n].fused_add) other_use[plan.tensors[fused->residual].storage] = 1;
  }
  for (TensorId t = 0; t < plan.tensors.size(); ++t)
    if (readers[t] != 1 || other_use[t]) reader[t].reset();
  return reader;
}

}  // namespace

void unroll_inputs(Plan& plan, const OperatorTable& nodes) {
  const auto readers = only_readers(plan, nodes);
  for (TensorId t = 0; t < plan.tensors.size(); ++t)
    if (readers[t] && !nodes.network().tensors[t].is_constant)
      plan.tensors[t].unrolled = nodes[*readers[t]].unrolled_input(plan);
}

}  // namespace systole::compiler
