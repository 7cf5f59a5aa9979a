// SPDX-License-Identifier: Apache-2.0
//
// Who waits for whom: the account of the cycles that engines spend waiting for semaphores, and the report of a deadlock.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "cycle/command_processor.hpp"
#include "isa/program.hpp"

namespace systole::cycle {

// A cycle in which an engine waits counts for the engine whose post ends the want of the semaphore, which is known only then.
class SemaphoreWaits {
 public:
  void wait(int engine, int semaphore, std::uint64_t cycles) { open_[engine][semaphore] += cycles; }
  void post(int engine, std::uint16_t mask);
  // Cycles that `engine` waited for a post of each engine.
  const std::array<std::uint64_t, isa::kEngines>& by_partner(int engine) const { return closed_[engine]; }

 private:
  std::array<std::array<std::uint64_t, isa::kSemaphores>, isa::kEngines> open_ = {};
  std::array<std::array<std::uint64_t, isa::kEngines>, isa::kEngines> closed_ = {};
};

// For each engine its next instruction and the semaphores that it lacks, with the instructions that would post them.
std::string describe_waits(const isa::Program& program, const CommandProcessor& command, const Semaphores& semaphores);

}  // namespace systole::cycle
