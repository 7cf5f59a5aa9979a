// SPDX-License-Identifier: Apache-2.0
//
// The timing of one chip (rtl/systole_chip.sv): command processor, engines, buffer ports and read arbiter put together.
// It drives and observes a memory that it does not own. A cycle `t` goes like this:
//
//   offers = core.drive()     what the core puts on its AXI pins in cycle t; depends on earlier cycles only
//   pins = memory.drive(t)    a channel transfers if valid and ready are both 1
//   core.observe(t, pins)     carries out the cycle with what the memory put on the pins
//
// R and B are always accepted. Cycles in which nothing moves may be left out: if observe(t, ...) says that nothing
// moved, the next cycle may be any up to next_cycle(t), as long as the memory does nothing new before it. Two
// properties make the model fast:
//
//   - The matrix engine is never stalled. For any cycle it can compute what it reads, so it has no state to update in
//     each cycle.
//   - A block in which nothing moved would do the same in the next cycle. It sleeps until one of its inputs changes.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "chip/chip.hpp"
#include "cycle/accounts.hpp"
#include "cycle/buffer_ports.hpp"
#include "cycle/command_processor.hpp"
#include "cycle/load_engine.hpp"
#include "cycle/matrix_engine.hpp"
#include "cycle/read_arbiter.hpp"
#include "cycle/start_unit.hpp"
#include "cycle/store_engine.hpp"
#include "events/events.hpp"
#include "events/observer.hpp"
#include "isa/program.hpp"
#include "memory/memory_timing.hpp"

namespace systole::cycle {

struct Result {
  std::uint64_t cycles = 0;  // doorbell to interrupt
  Counters counters = {};
  EngineAccounts accounts = {};
  std::map<std::uint32_t, EngineAccounts> accounts_by_tag;  // with an observer only
};

class Core {
 public:
  static constexpr std::uint64_t kNever = memory::MemoryTiming::kNever;

  // The observer gets starts and retirements and may be null. The program and the observer must outlive the core.
  // UserError for an illegal instruction.
  Core(const Chip& chip, const isa::Program& program, const isa::Bases& bases, std::uint64_t program_address,
       Observer* observer)
      : program_(program),
        bases_(bases),
        axi_bytes_(chip.axi_bytes()),
        observer_(observer),
        command_(chip, program, program_address),
        load_(chip),
        matrix_(chip),
        store_(chip),
        instructions_(program.instructions.size()) {
    check_legal(program);
  }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  struct Offers {
    ReadBurst ar;
    std::uint8_t ar_id = 0;
    StoreEngine::Offers write;
  };
  // True if the core may have something on AR, AW or W.
  bool offers() const { return arbiter_.valid() || store_.offers(); }
  Offers drive() const { return {arbiter_.burst(), arbiter_.id(), store_.drive()}; }

  // Carries out the cycle, the doorbell being in cycle 0. True if anything moved. DesignError for a bank conflict and
  // for a semaphore overflow.
  [[gnu::always_inline]] bool observe(std::uint64_t cycle, const memory::Pins& pins);

  // All instructions retired before this cycle: it is the last one.
  bool ends_in(std::uint64_t cycle) const { return retired_ == instructions_ && cycle >= 2; }
  bool finished() const { return finished_; }
  // Of the finished program.
  const Result& result() const;
  std::uint64_t last_retire_cycle() const { return last_retire_cycle_; }
  std::string describe_waits() const { return starts_.describe_waits(program_, command_); }

  // If nothing moved in `cycle`: the first later cycle in which the core acts without the memory; kNever if none.
  std::uint64_t next_cycle(std::uint64_t cycle) const { return std::min(next_timed(cycle + 1), store_.next_cycle()); }

  // Only load and store engine work: the command processor sleeps and nothing is on AR. Then the two functions
  // run_quiet and run_beats carry out many cycles at once, with the same effect as observe in each. They return the
  // first cycle that is not carried out.
  bool runs_alone() const { return alone_; }
  bool load_moves() const { return load_.status().moved; }
  // For cycles in which the memory does nothing.
  [[gnu::always_inline]] std::uint64_t run_quiet(std::uint64_t cycle, std::uint64_t end);
  // For cycles in which a beat of the load engine arrives that is not the last of its burst; at most steady_beats()
  // cycles.
  std::uint64_t steady_beats() const { return load_.steady_cycles(); }
  [[gnu::always_inline]] std::uint64_t run_beats(std::uint64_t cycle, std::uint64_t end);

 private:
  static constexpr std::size_t kLoad = isa::index_of(isa::Engine::kLoad);
  static constexpr std::size_t kMatrix = isa::index_of(isa::Engine::kMatrix);
  static constexpr std::size_t kStore = isa::index_of(isa::Engine::kStore);
  static_assert(isa::kEngines == 3, "every engine has a member, a step, and its place in the three functions below");

  // The first cycle, `cycle` or later, in which an engine acts whose times are known when an instruction starts; kNever
  // if there is none. Cycles that are carried out at once end before it.
  std::uint64_t next_timed(std::uint64_t cycle) const { return matrix_.next_cycle(cycle); }
  StartUnit::Ready ready(std::uint64_t cycle) const {
    return StartUnit::Ready{load_.ready()} << kLoad | StartUnit::Ready{matrix_.ready(cycle)} << kMatrix |
           StartUnit::Ready{store_.ready()} << kStore;
  }
  // visit(engine, status), in the order of the table. A sleeping engine has the status of its last awake cycle.
  template <typename Visitor>
  void visit_engines(Visitor&& visit) const {
    visit(kLoad, load_.status());
    visit(kMatrix, matrix_.status());
    visit(kStore, store_.status());
  }
  [[gnu::always_inline]] void step_store(std::uint64_t cycle, const memory::Pins& pins);
  [[gnu::always_inline]] void step_load(const memory::Pins& pins, bool burst_accepted);
  [[gnu::always_inline]] void step_matrix(std::uint64_t cycle);
  std::uint64_t run_store(std::uint64_t cycle, std::uint64_t end);
  [[gnu::always_inline]] void carry_out_store(std::uint64_t cycle, StoreEngine::Inputs& in);
  void count(std::size_t engine, const EngineStatus& status, std::uint64_t cycle) {
    const isa::EngineState state = engine_state(status, starts_.starts(engine), starts_.blocked(engine));
    accounts_.count(engine, state, starts_.missing(engine), cycle);
  }
  static void check_legal(const isa::Program& program);
  [[noreturn]] static void report_bank_conflict(std::uint64_t cycle, std::uint32_t index);
  void start_and_retire(std::uint64_t cycle);
  void report_starts(std::uint64_t cycle);
  std::uint16_t retire(std::size_t engine, const EngineStatus& status, std::uint64_t cycle);
  void finish(std::uint64_t cycle);

  const isa::Program& program_;
  const isa::Bases bases_;
  const std::uint32_t axi_bytes_;
  Observer* const observer_;

  CommandProcessor command_;
  StartUnit starts_;
  LoadEngine load_;
  MatrixEngine matrix_;
  StoreEngine store_;
  ReadArbiter arbiter_;
  bool command_awake_ = true, alone_ = false, finished_ = false;

  const std::uint64_t instructions_;  // of the program
  std::uint64_t retired_ = 0, last_retire_cycle_ = 0;
  std::array<std::deque<std::uint64_t>, isa::kEngines> start_cycles_;  // of the instructions in flight, oldest first
  std::uint64_t read_beats_ = 0, write_beats_ = 0;
  Accounts accounts_;
  AccountsByTag accounts_by_tag_;
  Result result_;
};

// Here and not in the .cpp: with what happens in every cycle in the caller's loop, the model is 3 to 5 % faster.

inline void Core::carry_out_store(std::uint64_t cycle, StoreEngine::Inputs& in) {
  in.refused = matrix_takes_port(store_.reads(), matrix_, cycle);
  const std::uint32_t issuing = store_.issue_index();
  store_.step(cycle, in);
  if (store_.outputs().bank_conflict) report_bank_conflict(cycle, issuing);
}

inline void Core::step_store(std::uint64_t cycle, const memory::Pins& pins) {
  const auto* next = starts_.started(kStore);
  if (!(store_.status().moved || pins.b_valid || next || cycle == store_.next_cycle())) return;
  StoreEngine::Inputs in;
  in.aw_ready = pins.aw_ready;
  in.w_ready = pins.w_ready;
  in.b_valid = pins.b_valid;
  if (next) {
    in.started = &std::get<isa::Store>(*next->instruction);
    in.index = next->index;
    in.base = bases_[static_cast<std::size_t>(in.started->base)];
  }
  carry_out_store(cycle, in);
}

inline void Core::step_load(const memory::Pins& pins, bool burst_accepted) {
  const auto* next = starts_.started(kLoad);
  const bool beat = pins.r_valid && pins.r_id == ReadArbiter::kLoadAxiId;
  if (!(load_.status().moved || burst_accepted || beat || next)) return;
  LoadEngine::Inputs in;
  in.refused = store_takes_port(store_.outputs().write_bank, load_);
  in.burst_accepted = burst_accepted;
  in.beat_arrived = beat;
  in.last_beat = beat && pins.r_last;
  if (next) {
    in.started = &std::get<isa::Load>(*next->instruction);
    in.index = next->index;
    in.base = bases_[static_cast<std::size_t>(in.started->base)];
  }
  load_.step(in);
}

inline void Core::step_matrix(std::uint64_t cycle) {
  matrix_.step(cycle);
  if (const auto* next = starts_.started(kMatrix))
    matrix_.start(cycle, std::get<isa::Matrix>(*next->instruction), next->index);
}

inline bool Core::observe(std::uint64_t cycle, const memory::Pins& pins) {
  starts_.decide(ready(cycle), command_);
  const bool ar_sent = arbiter_.valid() && pins.ar_ready;
  const ReadArbiter::Taken taken = arbiter_.end_cycle(
      ar_sent, [&] { return command_.offer(); }, [&] { return load_.offer(); });
  step_store(cycle, pins);
  step_load(pins, taken.load);
  step_matrix(cycle);
  read_beats_ += pins.r_valid;
  write_beats_ += store_.outputs().beat_sent;
  bool moved = arbiter_.valid() || ar_sent || starts_.any(), retires = false;
  visit_engines([&](std::size_t engine, const EngineStatus& status) {
    count(engine, status, cycle);
    moved |= status.moved;
    retires |= status.retire;
  });
  if (ends_in(cycle)) {
    finish(cycle);
    return true;
  }

  if (starts_.any() || retires) start_and_retire(cycle);

  const bool fetch_beat = pins.r_valid && pins.r_id == isa::kFetchAxiId;
  if (command_awake_ || taken.fetch || fetch_beat || starts_.any()) {
    command_awake_ = command_.end_cycle(taken.fetch, fetch_beat, starts_.starts());
    moved |= command_awake_;
    starts_.decide_again();
  }
  if (cycle == 1) command_.doorbell();
  alone_ = !command_awake_ && !arbiter_.valid() && starts_.settled();
  return moved;
}

// While the store engine neither uses the memory nor retires, it needs nothing of the other blocks but their ports.
inline std::uint64_t Core::run_store(std::uint64_t cycle, std::uint64_t end) {
  const bool decided_ready = starts_.decided_ready(kStore);
  StoreEngine::Inputs in;
  while (cycle < end && store_.status().moved && !store_.offers() && !store_.retires() &&
         store_.ready() == decided_ready) {
    carry_out_store(cycle, in);
    count(kStore, store_.status(), cycle);
    ++cycle;
  }
  return cycle;
}

inline std::uint64_t Core::run_quiet(std::uint64_t cycle, std::uint64_t end) {
  return run_store(cycle, std::min(end, next_timed(cycle)));
}

// While a beat arrives in every cycle, the state of the load engine after n cycles can be computed at once.
inline std::uint64_t Core::run_beats(std::uint64_t cycle, std::uint64_t end) {
  const std::uint64_t first = cycle;
  end = std::min(end, next_timed(first));
  if (end <= first || store_.offers()) return first;
  if (store_.status().moved) {
    if (load_.writes_activation()) end = std::min(end, store_.next_activation_write(first));
    cycle = run_store(first, end);
  } else {
    cycle = std::min(end, store_.next_cycle());
  }
  load_.skip(cycle - first);
  read_beats_ += cycle - first;
  return cycle;
}

}  // namespace systole::cycle
