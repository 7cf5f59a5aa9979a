// SPDX-License-Identifier: Apache-2.0
#include "cycle/cycle_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "support/error.hpp"

namespace systole::cycle {

namespace {
constexpr std::uint64_t kNever = memory::MemoryTiming::kNever;
constexpr std::uint8_t kStoreAxiId = isa::info_of(isa::Engine::kStore).axi_id.value();
}  // namespace

System::System(const Chip& chip, const isa::Program& program, const isa::Bases& bases, std::uint64_t program_address,
               const Limits& limits, Observer* observer)
    : System(chip, program, bases, program_address, limits, observer,
             memory::make_memory_timing(chip.memory, chip.axi_bytes(), chip.clock_mhz)) {}

System::System(const Chip& chip, const isa::Program& program, const isa::Bases& bases, std::uint64_t program_address,
               const Limits& limits, Observer* observer, std::unique_ptr<memory::MemoryTiming> memory)
    : limits_(limits),
      observer_(observer),
      wants_axi_(observer != nullptr && observer->wants_axi()),
      memory_(std::move(memory)),
      core_(chip, program, bases, program_address, observer) {}

bool System::advance(std::uint64_t until) {
  while (cycle_ < until && !core_.finished()) {
    const bool moved = step();
    if (core_.finished()) break;
    if (moved) {
      ++cycle_;
      if (core_.runs_alone()) run_ahead(until);
    } else {
      cycle_ = next_cycle();
    }
  }
  return core_.finished();
}

// What crosses AR, AW and W: valid and ready are both 1. Written in place: a copy of what was just written in parts makes the
// processor wait, here for a fifth of the model's time.
inline void System::handshake(const memory::Pins& pins, memory::Transfers& crossed) const {
  const Core::Offers offers = core_.drive();
  if (offers.ar && pins.ar_ready) crossed.ar.emplace(memory::Burst{offers.ar_id, offers.ar.address, offers.ar.beats});
  if (offers.write.aw_valid && pins.aw_ready)
    crossed.aw.emplace(memory::Burst{kStoreAxiId, offers.write.aw.address, offers.write.aw.beats});
  crossed.w = offers.write.w_valid && pins.w_ready;
  crossed.w_last = crossed.w && offers.write.w_last;
}

// Carries out cycle_. True if something moved. Memory is asked only where it may answer or is offered something.
bool System::step() {
  static constexpr memory::Pins kNoPins;
  const bool offers = core_.offers(), driven = offers || cycle_ >= memory_due_;
  const memory::Pins& pins = driven ? memory_->drive(cycle_) : kNoPins;
  memory::Transfers crossed;
  if (offers) handshake(pins, crossed);
  if (wants_axi_) report(pins, crossed);
  if (cycle_ >= limits_.max_cycles && !core_.ends_in(cycle_))
    throw DesignError(fmt::format("no end after {} cycles", limits_.max_cycles));
  const bool moved = core_.observe(cycle_, pins);
  if (core_.finished()) return true;
  if (cycle_ - core_.last_retire_cycle() > limits_.hang_cycles) {
    throw DesignError(fmt::format("cycle {}: no instruction retired for {} cycles: {}", cycle_, limits_.hang_cycles,
                                  core_.describe_waits()));
  }
  if (driven) {
    memory_->observe(cycle_, crossed);
    memory_due_ = memory_->next_cycle(cycle_ + 1);
  }
  return moved || cycle_ < 2;  // the doorbell is on its way
}

void System::report(const memory::Pins& pins, const memory::Transfers& crossed) const {
  using C = AxiChannel;
  if (crossed.ar) observer_->on_axi({cycle_, C::kAr, crossed.ar->id, 0, false, crossed.ar->address, crossed.ar->beats});
  if (pins.r_valid) observer_->on_axi({cycle_, C::kR, pins.r_id, 0, pins.r_last, 0, 0});
  if (crossed.aw) observer_->on_axi({cycle_, C::kAw, crossed.aw->id, 0, false, crossed.aw->address, crossed.aw->beats});
  if (crossed.w) observer_->on_axi({cycle_, C::kW, 0, 0, crossed.w_last, 0, 0});
  if (pins.b_valid) observer_->on_axi({cycle_, C::kB, pins.b_id, 0, false, 0, 0});
}

// The engines work by themselves until something is due: cycles at once, in which memory does nothing or sends beats of
// load.
void System::run_ahead(std::uint64_t until) {
  const std::uint64_t first = cycle_;
  std::uint64_t end = std::min({until, limits_.max_cycles, core_.last_retire_cycle() + limits_.hang_cycles});
  if (!core_.load_moves()) {
    cycle_ = core_.run_quiet(first, std::min(end, memory_due_));
    return;
  }
  const std::uint64_t beats = core_.steady_beats();
  if (beats == 0) return;
  end = std::min({end, first + beats, first + memory_->steady_beats(first)});
  if (end <= first) return;
  cycle_ = core_.run_beats(first, end);
  memory_->skip_beats(first, cycle_ - first);
  if (!wants_axi_) return;
  for (std::uint64_t cycle = first; cycle < cycle_; ++cycle)
    observer_->on_axi({cycle, AxiChannel::kR, ReadArbiter::kLoadAxiId, 0, false, 0, 0});
}

// Nothing moved in cycle_: the first cycle after it in which something is due, or a limit is reached.
std::uint64_t System::next_cycle() const {
  const std::uint64_t due = std::min(memory_due_, core_.next_cycle(cycle_));
  if (due == kNever) throw DesignError(fmt::format("cycle {}: deadlock: {}", cycle_, core_.describe_waits()));
  const std::uint64_t idle_left = limits_.hang_cycles - (cycle_ - core_.last_retire_cycle());
  return std::min({due, limits_.max_cycles, idle_left < kNever - cycle_ ? cycle_ + idle_left + 1 : kNever});
}

Result CycleModel::run(const isa::Program& program, const isa::Bases& bases, std::uint64_t program_address,
                       const Limits& limits, Observer* observer) const {
  System system(chip_, program, bases, program_address, limits, observer);
  system.advance(~0ull);
  return system.result();
}

}  // namespace systole::cycle
