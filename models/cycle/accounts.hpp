// SPDX-License-Identifier: Apache-2.0
//
// Counts the cycles of every engine by its state: for the performance counters, and for the accounts, which also say
// for which engine an engine waited.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <numeric>

#include "events/events.hpp"
#include "isa/instruction.hpp"

namespace systole::cycle {

// What an engine did with its cycles, from the doorbell to the interrupt. The parts add up to the cycles of the run.
struct Account {
  std::uint64_t busy = 0;
  std::array<std::uint64_t, isa::kEngines> semaphore = {};  // waited for a post, by the engine that posted in the end
  std::uint64_t memory = 0;                                 // for data from memory, or for room on the way there
  std::uint64_t port = 0;                                   // for a port of a buffer that another engine used
  std::uint64_t instruction = 0;                            // nothing to do: not fetched, not dispatched, or no more
  std::uint64_t total() const {
    return std::accumulate(semaphore.begin(), semaphore.end(), busy + memory + port + instruction);
  }
  Account& operator+=(const Account& other) { return combine(other, std::plus<>()); }
  Account& operator-=(const Account& other) { return combine(other, std::minus<>()); }
  bool operator==(const Account& other) const {
    return busy == other.busy && semaphore == other.semaphore && memory == other.memory && port == other.port &&
           instruction == other.instruction;
  }

 private:
  template <typename Operation>
  Account& combine(const Account& other, Operation operation) {
    busy = operation(busy, other.busy);
    for (std::size_t engine = 0; engine < isa::kEngines; ++engine)
      semaphore[engine] = operation(semaphore[engine], other.semaphore[engine]);
    memory = operation(memory, other.memory);
    port = operation(port, other.port);
    instruction = operation(instruction, other.instruction);
    return *this;
  }
};
using EngineAccounts = std::array<Account, isa::kEngines>;

// The accounts of the instructions of each tag. What an engine did between two of its retirements belongs to the
// instruction that the second one retires: waiting for it to start, and working on it.
class AccountsByTag {
 public:
  // `now` is the account of `engine` up to this retirement.
  void retire(std::size_t engine, std::uint32_t tag, const Account& now) {
    Account part = now;
    part -= before_[engine];
    before_[engine] = now;
    tags_[tag][engine] += part;
  }
  // Together they are the account of the run, less what came behind each engine's last retirement.
  const std::map<std::uint32_t, EngineAccounts>& tags() const { return tags_; }

 private:
  EngineAccounts before_ = {};
  std::map<std::uint32_t, EngineAccounts> tags_;
};

// A cycle in which an engine waits counts for the engine whose post ends the wait, so it is assigned when that post
// comes.
class SemaphoreWaits {
 public:
  void wait(std::size_t engine, int semaphore, std::uint64_t cycles) {
    open_[engine][static_cast<std::size_t>(semaphore)] += cycles;
  }
  void post(std::size_t engine, std::uint16_t mask);
  // Cycles that `engine` waited for a post of each engine.
  const std::array<std::uint64_t, isa::kEngines>& by_partner(std::size_t engine) const { return closed_[engine]; }

 private:
  std::array<std::array<std::uint64_t, isa::kSemaphores>, isa::kEngines> open_ = {};
  std::array<std::array<std::uint64_t, isa::kEngines>, isa::kEngines> closed_ = {};
};

// The cycles of a stretch with one state are counted together when the state changes.
class Accounts {
 public:
  // From `cycle` on the engine is in this state, until told otherwise. `semaphore` is the one that is missing in
  // kWaitSemaphore, and of no meaning in other states.
  void count(std::size_t engine, isa::EngineState state, int semaphore, std::uint64_t cycle) {
    if (state != isa::EngineState::kWaitSemaphore) semaphore = 0;
    Stretch& stretch = stretch_[engine];
    if (state == stretch.state && semaphore == stretch.semaphore) return;
    end_stretch(engine, cycle);
    stretch = {state, semaphore, cycle};
  }
  // An instruction of `engine` retires in `cycle` and posts these semaphores.
  void post(std::size_t engine, std::uint16_t mask, std::uint64_t cycle);
  // Of the cycles before `cycle`, less those of a wait that no post has ended yet.
  Account until(std::size_t engine, std::uint64_t cycle) {
    cut(engine, cycle);
    return account(engine);
  }
  // The run took this many cycles, 0 to cycles - 1.
  void finish(std::uint64_t cycles);

  Account account(std::size_t engine) const;      // of the finished run
  void write_counters(Counters& counters) const;  // those of the engines

 private:
  struct Stretch {  // of cycles that count for the same
    isa::EngineState state = isa::EngineState::kWaitInstruction;
    int semaphore = 0;
    std::uint64_t first_cycle = 0;
  };
  void end_stretch(std::size_t engine, std::uint64_t cycle);
  // Ends a stretch and goes on with the same state.
  void cut(std::size_t engine, std::uint64_t cycle) {
    end_stretch(engine, cycle);
    stretch_[engine].first_cycle = cycle;
  }

  std::array<Stretch, isa::kEngines> stretch_ = {};
  std::array<std::array<std::uint64_t, isa::kEngineStates>, isa::kEngines> states_ = {};
  SemaphoreWaits waits_;
};

}  // namespace systole::cycle
