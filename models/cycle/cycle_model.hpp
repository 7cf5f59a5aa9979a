// SPDX-License-Identifier: Apache-2.0
//
// The cycle model: how long a program takes, and why. It never looks at data.
//
// It is the timing of docs/reference/timing.md made executable: the same blocks as rtl/, each with the state that decides
// what it does in a cycle. It shares with the RTL the program and the chip description, and with the platform the memory's
// timing. Equal to the RTL in every start and retire cycle, every transfer on the AXI pins and every counter.
//
//   Recording trace;                                                        // or any Observer, or none
//   Result result = CycleModel(chip).run(program, bases, address, {}, &trace);
//
// What it holds grows with the instructions in flight, not with the length of the run.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <numeric>

#include "chip/chip.hpp"
#include "events/events.hpp"
#include "events/observer.hpp"
#include "isa/program.hpp"
#include "memory/memory_timing.hpp"

namespace systole::cycle {

struct Limits {
  std::uint64_t max_cycles = ~0ull;           // of the whole program
  std::uint64_t max_idle_cycles = 1'000'000;  // without a retirement: a deadlock
};

// What an engine did with its cycles, from the doorbell to the interrupt. The parts add up to Result::cycles.
struct Account {
  std::uint64_t busy = 0;
  std::array<std::uint64_t, isa::kEngines> semaphore = {};  // waited for a post, by the engine that posted in the end
  std::uint64_t memory = 0;                                 // for data from memory, or for room on the way there
  std::uint64_t port = 0;                                   // for a port of a buffer that another engine used
  std::uint64_t instruction = 0;                            // nothing to do: not fetched, not dispatched, or no more
  std::uint64_t total() const {
    return std::accumulate(semaphore.begin(), semaphore.end(), busy + memory + port + instruction);
  }
};

struct Result {
  std::uint64_t cycles = 0;  // doorbell to interrupt
  Counters counters = {};
  std::array<Account, isa::kEngines> accounts = {};
};

// One run of a program from reset, as far as it is wanted.
class Simulation {
 public:
  // The program and the observer must outlive the simulation. UserError for an illegal instruction.
  Simulation(const Chip& chip, const isa::Program& program, const isa::Bases& bases, std::uint64_t program_address,
             const Limits& limits = {}, Observer* observer = nullptr);
  ~Simulation();

  // Simulates until every cycle before `cycle` is done, or the program. True when the program is done. Errors: DesignError
  // for a deadlock (who waits for whom), a semaphore overflow, a bank conflict or a limit.
  bool advance(std::uint64_t cycle);
  // Of the finished program.
  const Result& result() const;

 private:
  class Machine;
  std::unique_ptr<Machine> machine_;
};

class CycleModel {
 public:
  explicit CycleModel(const Chip& chip) : chip_(chip) {}

  // Runs one program from reset to its end. Errors as of Simulation.
  Result run(const isa::Program& program, const isa::Bases& bases, std::uint64_t program_address,
             const Limits& limits = {}, Observer* observer = nullptr) const;

 private:
  Chip chip_;
};

}  // namespace systole::cycle
