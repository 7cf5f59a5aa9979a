// SPDX-License-Identifier: Apache-2.0
//
// The cycle model as a view: time, with the bits of the reference model. Time needs no data, so it can be had without a view too.
#pragma once

#include <cstdint>
#include <vector>

#include "views/reference_view.hpp"

namespace systole::views {

// The cycle model's story of the program of `step`; `observer` hears of it. DesignError for a program that hangs or is too long,
// and for one whose engines race for a place in a memory.
ProgramRun time_program(const compiler::CompiledNetwork& network, std::size_t step, const RunLimits& limits,
                        Observer* observer = nullptr);

// The same for the programs of a network, each simulated once at most.
class ModelRuns {
 public:
  // The network must outlive it.
  ModelRuns(const compiler::CompiledNetwork& network, const RunLimits& limits) : network_(network), limits_(limits) {}
  // Errors as of time_program. The reference holds until the next call.
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
  const compiler::CompiledNetwork& network_;
  RunLimits limits_;
};

}  // namespace systole::views
