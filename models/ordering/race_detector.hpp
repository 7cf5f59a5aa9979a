// SPDX-License-Identifier: Apache-2.0
//
// Finds data races: two instructions that access the same location, at least one of them writing, without an order
// between them. The detector observes any view with a clock, but judges by the semaphores and not by the cycles of this
// run. So it finds a race even if the two instructions ran far apart and the bits are right.
//
// Which instruction is known to be before which (docs/reference/ordering.md):
//
//   - Engines start and retire their instructions in order. A post tells which instructions were before its own
//     instruction at that one's start, and that this instruction and all earlier ones of its engine have retired. An
//     instruction that takes the semaphore learns this, and with it all later instructions of its engine.
//   - An engine that has taken a semaphore j times has seen at least j posts of it. Let all engines but A post it p
//     times in the whole program. Then at least j - p of these posts are A's, in order, so A's post number j - p is
//     before the take. With one posting engine, take j is after post j.
//   - Within the load and the matrix engine everything happens in order. The store engine reads ahead of its own writes
//     to the activation buffer. So a store that reads there what an earlier store writes needs a semaphore as well.
//
// The detector keeps an instruction as long as some active engine is not known to follow it.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "chip/chip.hpp"
#include "events/observer.hpp"
#include "isa/program.hpp"
#include "ordering/footprint.hpp"

namespace systole::ordering {

struct Party {
  isa::Engine engine = isa::Engine::kLoad;
  std::uint32_t index = 0;
  std::uint64_t start_cycle = 0;
  Access access = Access::kRead;
};

struct Race {
  Party earlier, later;  // by their start in this run
  Memory memory = Memory::kActivation;
  Interval places;  // the first ones that both touch
};

// "store instruction 9 reads accumulator rows 0..15 that matrix instruction 12 writes; no semaphore orders them".
std::string conflict(const Race& race, const Chip& chip);
// "data race: ", then conflict(), then the cycles in which the two instructions started in this run.
std::string text(const Race& race, const Chip& chip);

class RaceDetector final : public Observer {
 public:
  static constexpr std::size_t kMostKept = 100;

  // The program must outlive the detector.
  RaceDetector(const Chip& chip, const isa::Program& program, const isa::Bases& bases,
               std::size_t most_kept = kMostKept);
  void on_start(isa::Engine engine, std::uint32_t index, std::uint64_t cycle) override;
  void on_retire(const Retired& retired) override;

  const std::vector<Race>& races() const { return races_; }  // the first ones; one for each pair of instructions
  std::uint64_t count() const { return count_; }             // of pairs
  std::size_t live() const;                                  // instructions that are kept now

 private:
  using Clock = std::array<std::uint32_t, isa::kEngines>;  // instructions of each engine that are known to be before
  struct Live {
    std::uint32_t index = 0, ordinal = 0;  // ordinal: counts the engine's instructions from 1
    std::uint64_t start_cycle = 0;
    Clock known = {};  // at its start
    Bounds bounds;
    std::map<std::pair<Memory, Access>, Places> places;  // only those that were needed
  };
  struct Posts {  // of one engine on one semaphore, oldest first
    std::deque<Clock> told;
    std::uint32_t dropped = 0;  // that are no longer needed
  };

  void take(int engine, std::uint16_t mask);
  void check(int engine, Live& now, int other_engine, Live& other);
  bool overlap(Live& a, Access a_access, Live& b, Access b_access, Memory memory, Interval& places);
  const Places& places_of(Live& live, Memory memory, Access access);
  void drop();

  const Chip chip_;
  const isa::Program& program_;
  isa::Bases bases_;
  const std::size_t most_kept_;
  std::array<std::array<std::uint32_t, isa::kSemaphores>, isa::kEngines> total_posts_ = {};  // in the program
  std::array<std::uint16_t, isa::kEngines> takes_any_ = {};                                  // semaphores it ever takes
  std::array<std::uint32_t, isa::kEngines> remaining_ = {};                                  // instructions to start
  std::array<std::array<std::uint32_t, isa::kSemaphores>, isa::kEngines> taken_ = {};
  std::array<std::array<Posts, isa::kSemaphores>, isa::kEngines> posts_;
  std::array<Clock, isa::kEngines> known_ = {};
  std::array<std::uint32_t, isa::kEngines> started_ = {}, retired_ = {};
  std::array<std::deque<Live>, isa::kEngines> live_;
  std::vector<Race> races_;
  std::uint64_t count_ = 0;
};

}  // namespace systole::ordering
