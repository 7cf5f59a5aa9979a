// SPDX-License-Identifier: Apache-2.0
//
// What every engine tells of a cycle, whichever it is: the core reads nothing else to account for the cycle and to
// retire.
#pragma once

#include <cstdint>

#include "isa/engines.hpp"

namespace systole::cycle {

struct EngineStatus {
  // Anything but the clock: an engine in which nothing moved does the same again until something reaches it.
  bool moved = false;
  bool busy = false;         // it did what it is for
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
