// SPDX-License-Identifier: Apache-2.0
//
// The RTL view of a chip: the Verilated chip in its SystemC platform, as a plain C++ class.
//
//   RtlPlatform platform(chip, {});
//   platform.write_memory(address, bytes);
//   RunResult result = platform.run(program, bases, program_address, {});
//   platform.read_memory(address, size);
//
// SystemC allows one elaboration in a process. So all platforms of a process share one set of modules and
// use it one after the other, from one thread. A platform may run any number of programs.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "chip/chip.hpp"
#include "events/observer.hpp"
#include "isa/program.hpp"
#include "platform/dram.hpp"
#include "platform/registers.hpp"
#include "platform/retire_trace.hpp"
#include "support/work/run_limits.hpp"
#include "verilated/rtl_library.hpp"

namespace systole::platform {

struct PlatformOptions {
  std::uint32_t seed = 1;               // of the chip's registers and memories at power-up; 0: all zero
  bool waves = false;                   // VerilatedChip::open_wave works; a library of their own, built on demand
  bool assertions = false;              // check the RTL's assertions; another library
  bool record_axi = false;              // fill RunResult::axi_trace
  std::uint64_t quantum_cycles = 1000;  // chip cycles per SystemC activation; changes speed, nothing else
  BuildProgress build_progress;         // lines about the build of the library
};

struct Progress {
  std::uint64_t cycle = 0;
  std::uint64_t retired = 0;       // instructions
  std::uint32_t newest_index = 0;  // of the instruction that retired last
};
using ProgressCallback = std::function<void(const Progress&)>;  // about once a quantum

struct RunResult {
  std::uint64_t cycles = 0;       // from the doorbell's handshake to the first cycle with the interrupt high
  std::uint32_t error_code = 0;   // what the chip reports; 0: done
  std::uint32_t error_index = 0;  // index of the instruction, when there is an error
  Counters counters = {};
  std::vector<Retired> retire_trace;
  std::vector<AxiEvent> axi_trace;  // with PlatformOptions::record_axi
  double wall_seconds = 0;          // doorbell to interrupt
  bool interrupted = false;         // by a signal (support/work/interruption.hpp): all of the above is until then
};

enum class StopReason;  // chip_module.hpp

class RtlPlatform {
 public:
  // Finds or builds the chip's library. Errors: those of RtlLibrary.
  RtlPlatform(const Chip& chip, const PlatformOptions& options);
  // With a given chip in place of the library's, for tests.
  RtlPlatform(const Chip& chip, const PlatformOptions& options, std::shared_ptr<VerilatedChip> verilated);
  ~RtlPlatform();
  RtlPlatform(const RtlPlatform&) = delete;
  RtlPlatform& operator=(const RtlPlatform&) = delete;

  // DRAM, which is zero at first. UserError outside of [memory] size_bytes.
  void write_memory(std::uint64_t address, const std::vector<std::uint8_t>& bytes);
  std::vector<std::uint8_t> read_memory(std::uint64_t address, std::size_t size) const;
  Dram& dram() { return dram_; }
  VerilatedChip& chip() { return *verilated_; }

  // Writes the program into DRAM at `program_address` (a multiple of 128), programs the registers,
  // rings the doorbell, waits for the interrupt and reads the counters. An error that the chip
  // reports is in the result, and the next run begins with a reset. Errors: DesignError for a hang
  // or a broken protocol; UserError for a program of another chip or one that does not fit.
  RunResult run(const isa::Program& program, const isa::Bases& bases, std::uint64_t program_address,
                const RunLimits& limits = {}, const ProgressCallback& progress = {});
  // The same for instructions as bits, which need not be legal.
  RunResult run(const std::vector<isa::Encoded>& instructions, const isa::Bases& bases, std::uint64_t program_address,
                const RunLimits& limits = {}, const ProgressCallback& progress = {});

  // Gets all events of later runs; null (the default) for none. It must outlive these runs; an exception from it ends a
  // run.
  void observe(Observer* observer) { observer_ = observer; }

  // The next run begins with a reset of the chip; its memories keep what they hold.
  void request_reset() { needs_reset_ = true; }

 private:
  struct Job;
  void attach();
  RunResult host_job(const Job& job);
  std::string hang_report(const Job& job, StopReason reason);

  Chip chip_;
  PlatformOptions options_;
  Dram dram_;
  std::shared_ptr<VerilatedChip> verilated_;
  bool needs_reset_ = true;
  Observer* observer_ = nullptr;
};

}  // namespace systole::platform
