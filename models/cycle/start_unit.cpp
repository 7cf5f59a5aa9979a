// SPDX-License-Identifier: Apache-2.0
#include "cycle/start_unit.hpp"

#include <fmt/format.h>

namespace systole::cycle {

namespace {

// The first instruction that has not started and posts the semaphore, in words. Engines take their instructions in
// order, so those at or behind the head of its engine's queue, or still to be dispatched, have not started.
std::string next_post(const isa::Program& program, const CommandProcessor& command, int semaphore) {
  for (std::uint32_t index = 0; index < program.instructions.size(); ++index) {
    const isa::Instruction& instruction = program.instructions[index];
    if (!(isa::common_of(instruction).post_mask >> semaphore & 1)) continue;
    const isa::Engine engine = isa::engine_of(instruction);
    const auto* head = command.head(isa::index_of(engine));
    if (index < (head ? head->index : command.dispatched())) continue;
    std::string text = fmt::format("{} instruction {} posts it", isa::engine_name(engine), index);
    if (index >= command.dispatched()) text += ", not yet dispatched";
    return text;
  }
  return "no instruction posts it any more";
}

}  // namespace

void StartUnit::decide_anew(Ready ready, const CommandProcessor& command) {
  ready_ = ready;
  decide_again_ = false;
  if (any_) {
    decision_ = {};
    started_ = {};
    any_ = false;
  }
  std::array<bool, isa::kEngines> request = {};
  std::array<std::uint16_t, isa::kEngines> wait_mask = {};
  bool any_request = false;
  for (std::size_t engine = 0; engine < isa::kEngines; ++engine) {
    if (blocked_[engine] || !(ready >> engine & 1)) continue;
    const auto* head = command.head(engine);
    if (!head) continue;
    any_request = request[engine] = true;
    wait_mask[engine] = isa::common_of(*head->instruction).wait_mask;
  }
  if (!any_request) return;
  decision_ = semaphores_.decide(request, wait_mask);
  for (std::size_t engine = 0; engine < isa::kEngines; ++engine) {
    if (!request[engine]) continue;
    if (decision_.start[engine]) {
      started_[engine] = command.head(engine);
      any_ = true;
    } else {
      blocked_[engine] = true;
      missing_[engine] = semaphores_.missing(decision_, engine, wait_mask[engine]);
    }
  }
}

bool StartUnit::end_cycle(const std::array<std::uint16_t, isa::kEngines>& posted) {
  blocked_ = {};
  decide_again_ = true;
  return !semaphores_.end_cycle(decision_, posted);
}

std::string StartUnit::describe_waits(const isa::Program& program, const CommandProcessor& command) const {
  std::string text;
  for (const isa::Engine engine : isa::kAllEngines) {
    text += fmt::format("{}{} ", text.empty() ? "" : "; ", isa::engine_name(engine));
    const auto* head = command.head(isa::index_of(engine));
    if (!head) {
      text += "has no instruction";
      continue;
    }
    text += fmt::format("has instruction {} next", head->index);
    const std::uint16_t mask = isa::common_of(*head->instruction).wait_mask;
    for (int s = 0; s < isa::kSemaphores; ++s) {
      if ((mask >> s & 1) && semaphores_.counts()[static_cast<std::size_t>(s)] == 0)
        text += fmt::format(", semaphore {} is missing ({})", s, next_post(program, command, s));
    }
  }
  if (const auto held = command.held_up()) {
    text += fmt::format("; instruction {} and all after it wait for room in the queue of {}", *held,
                        isa::engine_name(isa::engine_of(program.instructions[*held])));
  }
  return text;
}

}  // namespace systole::cycle
