// SPDX-License-Identifier: Apache-2.0
#include "views/lockstep.hpp"

#include "views/trace_comparison.hpp"

namespace systole::views {

namespace {

// The view tells `observer` of its runs, until the end of the scope.
class Observing {
 public:
  Observing(View& view, Observer& observer) : view_(view) { view_.observe(&observer); }
  ~Observing() { view_.observe(nullptr); }
  Observing(const Observing&) = delete;
  Observing& operator=(const Observing&) = delete;

 private:
  View& view_;
};

Divergence divergence_of(const compiler::CompiledNetwork& network, std::size_t step, const isa::Program& program,
                         const TraceDifference& difference) {
  Divergence d(Aspect::kEvent);
  d.what = difference.what();
  d.step = step;
  d.cycle = difference.cycle;
  d.instruction = difference.instruction;
  if (d.instruction) d.node = node_of(network, program, *d.instruction);
  return d;
}

}  // namespace

void Compared::add(const Compared& other) {
  programs += other.programs;
  instructions += other.instructions;
  cycles += other.cycles;
  transfers += other.transfers;
  dram_bytes += other.dram_bytes;
}

Lockstep::Lockstep(const compiler::CompiledNetwork& network, View& reference, View& rtl, ModelRuns& model,
                   runtime::Keep keep)
    : network_(network),
      reference_(reference),
      rtl_(rtl),
      model_(model),
      reference_executor_(network, reference, keep),
      executor_(network, rtl, keep) {}

void Lockstep::begin(const std::vector<HostTensor>& inputs) {
  reference_executor_.begin(inputs);
  executor_.begin(inputs);
}

std::optional<Divergence> Lockstep::run_step(std::size_t step) {
  reference_executor_.run_step(step);
  if (const auto* chip = std::get_if<compiler::ChipStep>(&network_.steps.at(step)))
    return run_program(step, chip->program);
  executor_.run_step(step);
  return {};
}

std::optional<Divergence> Lockstep::run(const std::vector<HostTensor>& inputs) {
  begin(inputs);
  for (std::size_t i = 0; i < network_.steps.size(); ++i)
    if (auto divergence = run_step(i)) return divergence;
  return {};
}

std::optional<Divergence> Lockstep::run_program(std::size_t step, const isa::Program& program) {
  TraceComparison comparison(model_.chip(), program, network_.base_address, network_.program_address[step]);
  try {
    const Observing observing(rtl_, comparison);
    executor_.run_step(step);
    comparison.finish();
  } catch (const TraceDifference& difference) {
    return divergence_of(network_, step, program, difference);
  }
  if (auto d = compare_dram(network_, step, reference_, rtl_)) return d;
  const ProgramRun& run = rtl_.runs().back();
  if (auto d = compare_timing(network_, model_.of(step), "cycle model", run, rtl_.name())) return d;
  compared_.add({1, run.retired.size(), run.cycles, comparison.transfers(), network_.dram_bytes});
  return {};
}

}  // namespace systole::views
