// SPDX-License-Identifier: Apache-2.0
//
// The cycle model as a view: with the bits of the reference model, or for time alone. Cycles need no data, so they can be
// computed without a view too.
#pragma once

#include <cstdint>
#include <vector>

#include "views/reference_view.hpp"

namespace systole::views {

// Whether the race detector observes the run.
enum class Races { kFind, kIgnore };

// Runs the program of `step` on the cycle model; `observer` gets its events. DesignError for a program that hangs or
// takes too many cycles, and for a data race. Ends with Interrupted at a signal.
ProgramRun time_program(const compiler::CompiledNetwork& network, std::size_t step, const RunLimits& limits,
                        Observer* observer = nullptr, Races races = Races::kFind);

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

// Time without values. It has no DRAM, and runs networks that are compiled without values too (compiler::CompileOptions).
class TimingView final : public View {
 public:
  // The network must outlive it.
  TimingView(const compiler::CompiledNetwork& network, const RunLimits& limits, Races races)
      : network_(network), limits_(limits), races_(races) {}
  const char* name() const override { return "timing"; }
  void run_program(std::size_t step, const isa::Program& program) override;
  // InternalErrors: there are no bytes.
  void write_dram(std::uint64_t address, const std::vector<std::uint8_t>& bytes) override;
  std::vector<std::uint8_t> read_dram(std::uint64_t address, std::uint64_t size_bytes) override;
  const std::uint8_t* dram(std::uint64_t size_bytes) override;

 private:
  const compiler::CompiledNetwork& network_;
  RunLimits limits_;
  Races races_;
};

}  // namespace systole::views
