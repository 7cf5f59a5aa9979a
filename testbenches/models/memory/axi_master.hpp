// SPDX-License-Identifier: Apache-2.0
//
// A master at the pins of a memory: it offers queued requests as early as it can and records what crosses and when.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "catch.hpp"
#include "memory/memory_timing.hpp"

namespace systole::testing {

struct AxiEvent {
  std::uint64_t cycle;
  std::uint8_t id;
  bool last;
  bool operator==(const AxiEvent& o) const { return cycle == o.cycle && id == o.id && last == o.last; }
};

template <class Memory>
class Master {
 public:
  // `arguments`: of the memory, behind its configuration.
  template <class... Arguments>
  explicit Master(const MemoryConfig& config, Arguments... arguments) : memory_(config, arguments...) {}

  void read(std::uint8_t id, std::uint64_t address, std::uint32_t beats) { ar_.push_back({id, address, beats}); }
  void write(std::uint8_t id, std::uint64_t address, std::uint32_t beats) {
    aw_.push_back({id, address, beats});
    w_.push_back(beats);
  }
  // For a memory to which all addresses are alike.
  void read(std::uint8_t id, std::uint32_t beats) { read(id, 0, beats); }
  void write(std::uint8_t id, std::uint32_t beats) { write(id, 0, beats); }
  void hold_aw(bool hold) { hold_aw_ = hold; }

  void step() {
    const memory::Pins pins = memory_.drive(cycle_);
    memory::Transfers transfers;
    if (!ar_.empty() && pins.ar_ready) {
      transfers.ar = ar_.front();
      ar_.pop_front();
      ar_cycles.push_back(cycle_);
    }
    if (!aw_.empty() && pins.aw_ready && !hold_aw_) {
      transfers.aw = aw_.front();
      aw_.pop_front();
      aw_cycles.push_back(cycle_);
    }
    if (!w_.empty() && pins.w_ready) {
      transfers.w = true;
      transfers.w_last = --w_.front() == 0;
      if (transfers.w_last) w_.pop_front();
      w_events.push_back({cycle_, 0, transfers.w_last});
    }
    if (pins.r_valid) r_events.push_back({cycle_, pins.r_id, pins.r_last});
    if (pins.b_valid) b_events.push_back({cycle_, pins.b_id, true});
    memory_.observe(cycle_, transfers);
    ++cycle_;
  }
  void run(std::uint64_t cycles) {
    for (std::uint64_t i = 0; i < cycles; ++i) step();
  }
  bool done() const { return ar_.empty() && aw_.empty() && w_.empty() && memory_.idle(); }
  void finish() {
    for (int i = 0; !done(); ++i) {
      REQUIRE(i < 3000000);
      step();
    }
  }
  std::uint64_t cycle() const { return cycle_; }
  const Memory& memory() const { return memory_; }

  std::vector<std::uint64_t> ar_cycles, aw_cycles;
  std::vector<AxiEvent> r_events, w_events, b_events;

 private:
  Memory memory_;
  std::deque<memory::Burst> ar_, aw_;
  std::deque<std::uint32_t> w_;
  bool hold_aw_ = false;
  std::uint64_t cycle_ = 0;
};

}  // namespace systole::testing
