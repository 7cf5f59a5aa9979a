// SPDX-License-Identifier: Apache-2.0
//
// The cycle model: how long a program takes, and why. It never looks at data.
//
// It implements docs/reference/timing.md with the same blocks as rtl/; each has the state that decides what it does in
// a cycle. It shares the program and the chip description with the RTL, and the memory's timing with the platform. It
// equals the RTL in every start and retire cycle, every transfer on the AXI pins and every counter.
//
//   Recording trace;  // or another Observer, or none
//   Result result = CycleModel(chip).run(program, bases, address, {}, &trace);
//
// Its memory grows with the instructions in flight, not with the length of the run.
#pragma once

#include <cstdint>
#include <memory>

#include "chip/chip.hpp"
#include "cycle/core.hpp"
#include "events/observer.hpp"
#include "isa/program.hpp"
#include "memory/memory_timing.hpp"
#include "support/work/run_limits.hpp"

namespace systole::cycle {

using Limits = RunLimits;

// A core and the memory outside it: one run of a program from reset, which can be advanced in steps.
//
// A cycle in which nothing moves is repeated until an event is due: memory answers, a result leaves post-processing,
// the matrix engine retires or becomes ready. Such a stretch takes the work of one cycle, whatever its length. In all
// its cycles every engine has the state of the first one. If nothing moves and nothing is due, the program is in a
// deadlock.
class System {
 public:
  // The program and the observer must outlive the system. UserError for an illegal instruction.
  System(const Chip& chip, const isa::Program& program, const isa::Bases& bases, std::uint64_t program_address,
         const Limits& limits = {}, Observer* observer = nullptr);
  // With a memory of the caller's, whose beats are as wide as the chip's.
  System(const Chip& chip, const isa::Program& program, const isa::Bases& bases, std::uint64_t program_address,
         const Limits& limits, Observer* observer, std::unique_ptr<memory::MemoryTiming> memory);

  // Simulates until all cycles before `cycle` are done, or the program ends. True if the program has ended. Errors:
  // DesignError for a deadlock (the message says which engine waits for which), a semaphore overflow, a bank conflict
  // or a limit.
  bool advance(std::uint64_t cycle);
  // Of the finished program.
  const Result& result() const { return core_.result(); }

 private:
  bool step();
  void handshake(const memory::Pins& pins, memory::Transfers& crossed) const;
  void report(const memory::Pins& pins, const memory::Transfers& crossed) const;
  void run_ahead(std::uint64_t until);
  std::uint64_t next_cycle() const;

  const Limits limits_;
  Observer* const observer_;
  const bool wants_axi_;
  const std::unique_ptr<memory::MemoryTiming> memory_;
  Core core_;
  std::uint64_t cycle_ = 0;       // the next to be carried out
  std::uint64_t memory_due_ = 0;  // the first in which the memory may answer
};

class CycleModel {
 public:
  explicit CycleModel(const Chip& chip) : chip_(chip) {}

  // Runs one program from reset to its end. Errors as of System.
  Result run(const isa::Program& program, const isa::Bases& bases, std::uint64_t program_address,
             const Limits& limits = {}, Observer* observer = nullptr) const;

 private:
  Chip chip_;
};

}  // namespace systole::cycle
