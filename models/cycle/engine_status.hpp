// SPDX-License-Identifier: Apache-2.0
//
// The status that every engine gives for a cycle. The core needs nothing else to count the cycle and to retire
// instructions.
#pragma once

#include <cstdint>

#include "isa/engines.hpp"

namespace systole::cycle {

struct EngineStatus {
  // The engine's state changed. Otherwise it does the same in the next cycle, unless one of its inputs changes.
  bool moved = false;
  bool busy = false;         // it wrote a word, ran a pass or issued a tap
  bool wait_port = false;    // another engine has the port of the buffer that it wants
  bool wait_memory = false;  // data has not arrived, or there is no room on the way to memory
  bool in_flight = false;    // an instruction has started and not retired
  bool retire = false;       // an instruction retires in this cycle: its index in the program and its posts
  std::uint32_t retire_index = 0;
  std::uint16_t retire_post_mask = 0;
};

// What the cycle counts for: the first of these that is true (docs/reference/timing.md, "Counters"). `starts`: an
// instruction starts in this cycle; `blocked`: the engine is ready and its next instruction lacks a semaphore.
inline isa::EngineState engine_state(const EngineStatus& status, bool starts, bool blocked) {
  using State = isa::EngineState;
  if (status.busy) return State::kBusy;
  if (status.wait_port) return State::kWaitPort;
  if (status.wait_memory) return State::kWaitMemory;
  if (starts) return State::kBusy;
  if (blocked) return State::kWaitSemaphore;
  return status.in_flight ? State::kWaitMemory : State::kWaitInstruction;
}

}  // namespace systole::cycle
