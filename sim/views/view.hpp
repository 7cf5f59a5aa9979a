// SPDX-License-Identifier: Apache-2.0
//
// The views of a chip as backends of an Executor. A view holds the DRAM and runs programs. A view with a clock also
// records the timing of each run.
//
//   reference   the reference model: bits, no time                             reference_view.hpp
//   model       the cycle model: time, with the bits of the reference model    model_view.hpp
//   timing      the cycle model: time alone                                    model_view.hpp
//   rtl         the Verilated chip, in its platform or at its pins             rtl_view/, a library of its own
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/compiled_network.hpp"
#include "cycle/cycle_model.hpp"
#include "events/events.hpp"
#include "events/observer.hpp"
#include "runtime/backend.hpp"
#include "support/work/run_limits.hpp"
#include "support/work/work_progress.hpp"

namespace systole::views {

// The record of one program's run.
struct ProgramRun {
  std::size_t step = 0;      // index into CompiledNetwork::steps
  bool has_timing = false;   // cycles, counters and retired hold something
  std::uint64_t cycles = 0;  // doorbell to interrupt
  Counters counters = {};
  std::vector<Retired> retired;
  std::optional<cycle::EngineAccounts> accounts;                    // by the cycle model
  std::map<std::uint32_t, cycle::EngineAccounts> accounts_by_node;  // the same by index into Network::nodes
  double wall_seconds = 0;
};

class View : public runtime::ChipBackend {
 public:
  virtual const char* name() const = 0;
  // The first `size_bytes` of DRAM, valid until the next call of anything.
  virtual const std::uint8_t* dram(std::uint64_t size_bytes) = 0;
  const std::vector<ProgramRun>& runs() const { return runs_; }
  // Gets every event of later runs; null (the default) for none. The observer must outlive these runs; an exception
  // from it ends a run. A view without a clock has no events.
  void observe(Observer* observer) { observer_ = observer; }
  // Hears of every instruction of later runs: the stage is the model at work (reference, model, timing), the item the node of the
  // instruction. Views of the RTL have RtlProgress instead.
  void report_work(WorkCallback callback) { work_ = std::move(callback); }
  // Ends what was recorded beside the runs. UserError if it cannot be kept, a waveform on a full disk; the runs hold all
  // the same.
  virtual void finish() {}

 protected:
  // Tells who waits that the model of this name is at an instruction of a program, the `number`-th that it comes to.
  void say_working(const char* model, const compiler::CompiledNetwork& network, const isa::Program& program,
                   std::size_t instruction, std::size_t number) const;
  // Who hears of a run beside the view: whoever waits, by `working`, and the observer.
  std::vector<Observer*> listeners(Observer& working) const;

  std::vector<ProgramRun> runs_;
  Observer* observer_ = nullptr;
  WorkCallback work_;
};

// A waveform of the RTL.
struct WaveOptions {
  std::string file;  // FST, and a view for GTKWave beside it; empty: none. Waves are another library, built on demand
  std::uint64_t first_cycle = 0, last_cycle = UINT64_MAX;  // of each program, from its doorbell: no others are written
  std::string node;                                        // only while an instruction of it is at work; empty: always
};

// How the RTL is built and started.
struct RtlOptions {
  std::uint32_t seed = 1;  // of registers and memories at power-up; 0: all zero
  WaveOptions wave;
  bool assertions = false;  // check the RTL's assertions; another library
};

// The progress of a program.
struct StepProgress {
  std::size_t step = 0;
  std::uint64_t cycle = 0;         // since the doorbell
  std::uint32_t newest_index = 0;  // of the instruction that retired last
};
struct RtlProgress {
  std::function<void(const std::string&)> build;     // a line for each phase of a build of the chip's library
  std::function<void(const StepProgress&)> program;  // about once a millisecond of simulation
};

// Makes an RTL view. Code that runs networks takes such a function, so that only programs that use the RTL link it.
using RtlViewFactory =
    std::function<std::unique_ptr<View>(const compiler::CompiledNetwork& network, const RtlOptions& options,
                                        const RunLimits& limits, const RtlProgress& progress)>;

}  // namespace systole::views
