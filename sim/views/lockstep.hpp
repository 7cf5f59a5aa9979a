// SPDX-License-Identifier: Apache-2.0
//
// The comparison of the views: a network runs on the reference, on the RTL and on the cycle model, program by program.
// The first difference ends the run.
//
//   while the RTL runs     every transfer on its AXI pins, every start, every retirement = the cycle model's (TraceComparison)
//   after each program     every byte of DRAM, reference = RTL
//                          every retirement, the interrupt's cycle and every counter, cycle model = RTL
//
// Events are compared first, because a late transfer explains a missing byte, and not the other way round. The race
// detector observes the cycle model's run of each program.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/executor.hpp"
#include "views/compare.hpp"
#include "views/model_view.hpp"

namespace systole::views {

// How much was compared and equal, so that a test can demand that it was not nothing.
struct Compared {
  std::uint64_t programs = 0, instructions = 0, cycles = 0, transfers = 0, dram_bytes = 0;
  void add(const Compared& other);
};

class Lockstep {
 public:
  // All of them must outlive it. `model` has the chip that the RTL is held against.
  Lockstep(const compiler::CompiledNetwork& network, View& reference, View& rtl, ModelRuns& model,
           runtime::Keep keep = runtime::Keep::kNeeded);

  // As in Executor: begin, then the steps in their order. A step returns the first divergence of the network; no step
  // may run after it. Errors: as of Executor, time_program and the views.
  void begin(const std::vector<HostTensor>& inputs);
  std::optional<Divergence> run_step(std::size_t step);
  // All steps, up to a divergence.
  std::optional<Divergence> run(const std::vector<HostTensor>& inputs);

  const runtime::Executor& executor() const { return executor_; }  // of the RTL
  const Compared& compared() const { return compared_; }

 private:
  std::optional<Divergence> run_program(std::size_t step, const isa::Program& program);

  const compiler::CompiledNetwork& network_;
  View& reference_;
  View& rtl_;
  ModelRuns& model_;
  runtime::Executor reference_executor_, executor_;
  Compared compared_;
};

}  // namespace systole::views
