// SPDX-License-Identifier: Apache-2.0
//
// The cycle model: how long a program takes, and why. It never looks at data.
//
// It is the timing of docs/reference/timing.md made executable: the same blocks as rtl/, each with the state that decides
// what it does in a cycle. It shares with the RTL the program and the chip description, and with the platform the memory's
// timing. Equal to the RTL in every start and retire cycle, every transfer on the AXI pins and every counter.
#pragma once

#include <cstdint>
#include <vector>

#include "chip/chip.hpp"
#include "isa/program.hpp"
#include "memory/memory_timing.hpp"
#include "trace/events.hpp"

namespace systole::cycle {

struct Limits {
  std::uint64_t max_cycles = ~0ull;               // of the whole program
  std::uint64_t max_idle_cycles = 1'000'000;      // without a retirement: a deadlock
};

struct Result {
  std::uint64_t cycles = 0;  // doorbell to interrupt
  Counters counters = {};
  std::vector<Retired> retired;
  std::vector<AxiEvent> axi;  // filled when asked for
};

class CycleModel {
 public:
  explicit CycleModel(const Chip& chip) : chip_(chip) {}

  // Runs one program from reset. UserError for an illegal instruction; DesignError for a deadlock (naming what each engine
  // waits for), a semaphore overflow, a bank conflict or a limit.
  Result run(const isa::Program& program, const std::uint64_t (&bases)[isa::kBases], std::uint64_t program_address,
             const Limits& limits = {}, bool record_axi = false) const;

 private:
  Chip chip_;
};

}  // namespace systole::cycle
