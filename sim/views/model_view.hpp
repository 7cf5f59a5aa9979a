// SPDX-License-Identifier: Apache-2.0
//
// The cycle model as a view: cycles by the cycle model, bits by the reference model. Cycles need no data, so they can
// be computed without a view too.
#pragma once

#include <cstdint>
#include <vector>

#include "views/reference_view.hpp"

namespace systole::views {

// Runs the program of `step` on the cycle model; `observer` gets its events. DesignError for a program that hangs or
// takes too many cycles, and for a data race. Ends with Interrupted at a signal.
ProgramRun time_program(const compiler::CompiledNetwork& network, std::size_t step, const RunLimits& limits,
                        Observer* observer = nullptr);

// The same for the programs of a network, each simulated once at most.
class ModelRuns {
 public:
  // The network must outlive it.
  ModelRuns(const compiler::CompiledNetwork& network, const RunLimits& limits) : network_(network), limits_(limits) {}
  // Errors as of time_program. The returned reference is valid until the next call.
  const ProgramRun& of(std::size_t step);
  const std::vector<ProgramRun>& runs() const { return runs_; }  // so far
  const Chip& chip() const { return network_.chip; }

 private:
  const compiler::CompiledNetwork& network_;
  RunLimits limits_;
  std::vector<ProgramRun> runs_;
};

class ModelView final : public ReferenceView {
 public:
  ModelView(const compiler::CompiledNetwork& network, const RunLimits& limits);
  const char* name() const override { return "model"; }
  void run_program(std::size_t step, const isa::Program& program) override;

 private:
  RunLimits limits_;
};

}  // namespace systole::views
