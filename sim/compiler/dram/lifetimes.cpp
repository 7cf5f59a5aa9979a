// SPDX-License-Identifier: Apache-2.0
#include "compiler/dram/lifetimes.hpp"

#include <algorithm>

#include "compiler/plan/free_nodes.hpp"

namespace systole::compiler {
namespace {

class Clock {
 public:
  Clock(const Plan& plan, const OperatorTable& nodes)
      : plan_(plan),
        nodes_(nodes),
        net_(nodes.network()),
        free_(net_, plan.placements()),
        life_(plan.tensors.size()),
        step_end_of_(plan.tensors.size()) {}

  std::vector<std::optional<Lifetime>> run(bool keep_tensors) {
    for (const StepPlan& step : plan_.steps) {
      ++time_;
      if (step.on_chip) chip_step(step);
    }
    // What the host reads lives to the end of the step that writes it.
    for (const StepPlan& step : plan_.steps)
      if (!step.on_chip)
        for (TensorId t : inputs_of(net_.nodes[step.nodes[0]].operation)) host_reads(t);
    for (TensorId t : net_.outputs) host_reads(t);
    const std::int64_t forever = time_ + 1;
    for (TensorId s = 0; s < life_.size(); ++s)
      if (life_[s] && (keep_tensors || net_.tensors[s].is_constant)) life_[s]->last = forever;
    return std::move(life_);
  }

 private:
  void note(TensorId storage, std::int64_t time) {
    if (!life_[storage]) life_[storage].emplace();
    life_[storage]->note(time);
  }

  void chip_step(const StepPlan& step) {
    const std::int64_t begin = time_;
    std::vector<TensorId> produced;
    for (std::uint32_t n : step.nodes) {
      ++time_;
      for (TensorId t : chip_inputs(net_, plan_, n)) read(t, begin);
      for (TensorId t : chip_outputs(net_, plan_, n)) {
        const TensorId s = plan_.tensors[t].storage;
        if (plan_.tensors[s].resident) continue;
        note(s, time_);
        if (nodes_[n].words_beside()) note(s, time_ - 1);  // it may run beside the node before it
        produced.push_back(t);
        step_end_of_[t] = time_;
      }
    }
    ++time_;
    for (TensorId t : produced) step_end_of_[t] = time_;
  }

  void read(TensorId t, std::int64_t step_begin) {
    const TensorId s = plan_.tensors[t].storage;
    if (plan_.tensors[s].resident) return;
    for (TensorId source : free_.sources(t))
      if (!step_end_of_[source]) note(s, net_.tensors[source].is_constant ? 0 : step_begin);  // the host writes it
    note(s, time_);
  }

  void host_reads(TensorId t) {
    for (TensorId source : free_.sources(t))
      if (step_end_of_[source]) note(plan_.tensors[source].storage, *step_end_of_[source]);
  }

  const Plan& plan_;
  const OperatorTable& nodes_;
  const Network& net_;
  FreeNodes free_;
  std::int64_t time_ = 0;
  std::vector<std::optional<Lifetime>> life_;
  std::vector<std::optional<std::int64_t>> step_end_of_;  // per tensor that a chip node writes: the end of that step
};

}  // namespace

void Lifetime::note(std::int64_t time) {
  first = std::min(first, time);
  last = std::max(last, time);
}

std::vector<std::optional<Lifetime>> lifetimes(const Plan& plan, const OperatorTable& nodes, bool keep_tensors) {
  return Clock(plan, nodes).run(keep_tensors);
}

}  // namespace systole::compiler
