// SPDX-License-Identifier: Apache-2.0
//
// The views of a chip as backends of the compiler's Executor. A view holds the DRAM and runs
// programs; one that knows time also leaves the story of each run.
//
//   reference   the reference model: bits, no time
//   model       the cycle model: time, with the bits of the reference model
//   rtl         the Verilated chip in its platform: bits and time
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cycle/cycle_model.hpp"
#include "events/events.hpp"
#include "platform/rtl_platform.hpp"
#include "runtime/executor.hpp"

namespace systole::report {

// What is known of one program's run.
struct ProgramRun {
  std::size_t step = 0;      // index into CompiledNetwork::steps
  bool has_timing = false;   // cycles, counters and retired hold something
  std::uint64_t cycles = 0;  // doorbell to interrupt
  Counters counters = {};
  std::vector<Retired> retired;
  std::optional<std::array<cycle::Account, isa::kEngines>> accounts;  // by the cycle model
  double wall_seconds = 0;
};

class View : public compiler::ChipBackend {
 public:
  virtual const char* name() const = 0;
  // The first `size_bytes` of DRAM, valid until the next call of anything.
  virtual const std::uint8_t* dram(std::uint64_t size_bytes) = 0;
  const std::vector<ProgramRun>& runs() const { return runs_; }

 protected:
  std::vector<ProgramRun> runs_;
};

class ReferenceView : public View {
 public:
  explicit ReferenceView(const compiler::CompiledNetwork& network);
  const char* name() const override { return "reference"; }
  void write_dram(std::uint64_t address, const std::vector<std::uint8_t>& bytes) override;
  std::vector<std::uint8_t> read_dram(std::uint64_t address, std::uint64_t size_bytes) override;
  void run_program(std::size_t step, const isa::Program& program) override;
  const std::uint8_t* dram(std::uint64_t size_bytes) override;

 private:
  compiler::ReferenceBackend backend_;
};

// The cycle model's story of the program of `step`; needs no data.
ProgramRun time_program(const compiler::CompiledNetwork& network, std::size_t step, const cycle::Limits& limits);

class ModelView final : public ReferenceView {
 public:
  ModelView(const compiler::CompiledNetwork& network, const cycle::Limits& limits);
  const char* name() const override { return "model"; }
  void run_program(std::size_t step, const isa::Program& program) override;

 private:
  const compiler::CompiledNetwork& network_;
  cycle::Limits limits_;
};

// Called about once a millisecond of simulation.
using StepProgress = std::function<void(std::size_t step, const platform::Progress&)>;

class RtlView final : public View {
 public:
  RtlView(const compiler::CompiledNetwork& network, const platform::PlatformOptions& options,
          const platform::RunLimits& limits, StepProgress progress);
  // Every run is held against the cycle model, event by event; DesignError at the first difference.
  void compare_with_model() { compare_with_model_ = true; }
  const char* name() const override { return "rtl"; }
  void write_dram(std::uint64_t address, const std::vector<std::uint8_t>& bytes) override;
  std::vector<std::uint8_t> read_dram(std::uint64_t address, std::uint64_t size_bytes) override;
  void run_program(std::size_t step, const isa::Program& program) override;
  const std::uint8_t* dram(std::uint64_t size_bytes) override;

 private:
  const compiler::CompiledNetwork& network_;
  platform::RtlPlatform platform_;
  platform::RunLimits limits_;
  StepProgress progress_;
  bool compare_with_model_ = false;
};

}  // namespace systole::report
