// SPDX-License-Identifier: Apache-2.0
//
// Which instructions start in a cycle, as rtl/command/command_processor.sv decides it; and if an engine starts none,
// why.
//
// An instruction at the head of its queue starts in the first cycle in which its engine is ready and all its semaphores
// are above zero. If no engine became ready and nothing else changed, the last decision is kept: an engine that lacks a
// semaphore lacks it until the next post or start.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "cycle/command_processor.hpp"
#include "isa/program.hpp"

namespace systole::cycle {

class StartUnit {
 public:
  // A bit for each engine that is ready, at its index.
  using Ready = std::uint32_t;

  // Once a cycle, before all else.
  void decide(Ready ready, const CommandProcessor& command) {
    if (decide_again_ || ready != ready_) decide_anew(ready, command);
  }

  // Of this cycle.
  bool any() const { return any_; }
  const CommandProcessor::Queued* started(std::size_t engine) const { return started_[engine]; }
  bool starts(std::size_t engine) const { return decision_.start[engine]; }
  const std::array<bool, isa::kEngines>& starts() const { return decision_.start; }
  // The engine is ready, but its next instruction lacks a semaphore; missing() says which.
  bool blocked(std::size_t engine) const { return blocked_[engine]; }
  int missing(std::size_t engine) const { return missing_[engine]; }
  // Whether the engine was ready in the newest decision.
  bool decided_ready(std::size_t engine) const { return ready_ >> engine & 1; }

  // The end of a cycle in which an instruction starts or retires; `posted` are the semaphores, by engine. False if one
  // overflows.
  bool end_cycle(const std::array<std::uint16_t, isa::kEngines>& posted);
  // Something that starts depend on has changed, besides the engines' being ready.
  void decide_again() { decide_again_ = true; }
  bool settled() const { return !decide_again_; }

  // For each engine its next instruction and the semaphores that it lacks, with the instructions that would post them.
  std::string describe_waits(const isa::Program& program, const CommandProcessor& command) const;

 private:
  void decide_anew(Ready ready, const CommandProcessor& command);

  Semaphores semaphores_;
  bool decide_again_ = true;
  Ready ready_ = 0;
  bool any_ = false;
  Semaphores::Decision decision_;
  std::array<const CommandProcessor::Queued*, isa::kEngines> started_ = {};
  std::array<bool, isa::kEngines> blocked_ = {};
  std::array<int, isa::kEngines> missing_ = {};
};

}  // namespace systole::cycle
