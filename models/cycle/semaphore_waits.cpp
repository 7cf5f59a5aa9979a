// SPDX-License-Identifier: Apache-2.0
#include "cycle/semaphore_waits.hpp"

#include <fmt/format.h>

namespace systole::cycle {

namespace {

// The first instruction that has not started and posts the semaphore, in words. Engines take their instructions in order, so
// those at or behind the head of its engine's queue, or still to be dispatched, have not started.
std::string next_post(const isa::Program& program, const CommandProcessor& command, int semaphore) {
  for (std::uint32_t index = 0; index < program.instructions.size(); ++index) {
    const isa::Instruction& instruction = program.instructions[index];
    if (!(isa::common_of(instruction).post_mask >> semaphore & 1)) continue;
    const int engine = static_cast<int>(isa::engine_of(instruction));
    const auto* head = command.head(engine);
    if (index < (head ? head->index : command.dispatched())) continue;
    std::string text = fmt::format("{} instruction {} posts it", isa::kEngineNames[engine], index);
    if (index >= command.dispatched()) text += ", not yet dispatched";
    return text;
  }
  return "no instruction posts it any more";
}

}  // namespace

void SemaphoreWaits::post(int engine, std::uint16_t mask) {
  for (int s = 0; mask >> s; ++s) {
    if (!(mask >> s & 1)) continue;
    for (int waiter = 0; waiter < isa::kEngines; ++waiter) {
      closed_[waiter][engine] += open_[waiter][s];
      open_[waiter][s] = 0;
    }
  }
}

std::string describe_waits(const isa::Program& program, const CommandProcessor& command, const Semaphores& semaphores) {
  std::string text;
  for (int engine = 0; engine < isa::kEngines; ++engine) {
    text += fmt::format("{}{} ", engine ? "; " : "", isa::kEngineNames[engine]);
    const auto* head = command.head(engine);
    if (!head) {
      text += "has no instruction";
      continue;
    }
    text += fmt::format("has instruction {} next", head->index);
    const std::uint16_t mask = isa::common_of(*head->instruction).wait_mask;
    for (int s = 0; s < isa::kSemaphores; ++s) {
      if ((mask >> s & 1) && semaphores.counts()[s] == 0) {
        text += fmt::format(", semaphore {} is missing ({})", s, next_post(program, command, s));
      }
    }
  }
  if (const auto held = command.held_up()) {
    const int engine = static_cast<int>(isa::engine_of(program.instructions[*held]));
    text += fmt::format("; instruction {} and all after it wait for room in the queue of {}", *held,
                        isa::kEngineNames[engine]);
  }
  return text;
}

}  // namespace systole::cycle
