// SPDX-License-Identifier: Apache-2.0
//
// The blocks put together, a cycle at a time. Two things make it fast:
//
//   - The matrix engine is never stalled, so it is not stepped at all: it answers for any cycle what it reads (matrix_engine.hpp).
//   - A cycle in which nothing moves is repeated until something is due: memory answers, a result leaves post-processing, the
//     matrix engine retires or gets free. Such a stretch costs one cycle's work, whatever its length, and its cycles count for
//     what every engine did in the first of them. If nothing moves and nothing is due, the program is in a deadlock.
#include "cycle/cycle_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <string>

#include "cycle/command_processor.hpp"
#include "cycle/load_engine.hpp"
#include "cycle/matrix_engine.hpp"
#include "cycle/semaphore_waits.hpp"
#include "cycle/store_engine.hpp"
#include "support/error.hpp"

namespace systole::cycle {

namespace {

constexpr int kLoad = 0, kMatrix = 1, kStore = 2;
constexpr std::uint8_t kFetchId = 0, kLoadId = 1, kStoreId = 2;
constexpr std::uint64_t kNever = memory::MemoryTiming::kNever;

// rtl/axi/axi_read_arbiter.sv: one register, fetch before load.
struct ReadArbiter {
  std::optional<ReadBurst> burst;
  std::uint8_t id = 0;
};

// The states of an engine, as counters (docs/reference/registers.md).
enum State { kBusy = 0, kWaitInstruction = 1, kWaitSemaphore = 2, kWaitMemory = 3, kWaitPort = 4, kStates = 5 };

State engine_state(bool busy, bool port, bool memory, bool starts, bool blocked, bool in_flight) {
  if (busy) return kBusy;
  if (port) return kWaitPort;
  if (memory) return kWaitMemory;
  if (starts) return kBusy;
  if (blocked) return kWaitSemaphore;
  return in_flight ? kWaitMemory : kWaitInstruction;
}

}  // namespace

class Simulation::Machine {
 public:
  Machine(const Chip& chip, const isa::Program& program, const std::uint64_t (&bases)[isa::kBases],
          std::uint64_t program_address, const Limits& limits, Observer* observer)
      : chip_(chip),
        program_(program),
        limits_(limits),
        observer_(observer),
        wants_axi_(observer != nullptr && observer->wants_axi()),
        memory_(memory::make_memory_timing(chip.memory, chip.axi_bytes(), chip.clock_mhz)),
        command_(chip, program, program_address),
        load_(chip),
        matrix_(chip),
        store_(chip) {
    std::copy(std::begin(bases), std::end(bases), bases_);
    for (std::size_t i = 0; i < program.instructions.size(); ++i) {
      if (const auto reason = isa::illegal_reason(isa::encode(program.instructions[i]))) {
        throw UserError(fmt::format("instruction {}: {}", i, *reason));
      }
    }
  }

  bool advance(std::uint64_t until) {
    while (cycle_ < until && !finished_) {
      const bool moved = step();
      if (finished_) break;
      const std::uint64_t next = moved || cycle_ < 2 ? cycle_ + 1 : next_cycle();
      repeat(next - cycle_ - 1);
      cycle_ = next;
    }
    return finished_;
  }

  const Result& result() const {
    invariant(finished_, "the program is done before its result is asked for");
    return result_;
  }

 private:
  // Carries out cycle_. True if something moved.
  bool step() {
    const memory::Pins pins = memory_->drive(cycle_);

    // What every engine does in this cycle, from its own state and from those with a higher priority.
    const StoreEngine::Outputs s = store_.evaluate(cycle_, refused(store_.reads()));
    const LoadEngine::Outputs l = load_.evaluate(s.write_bank);
    if (s.bank_conflict) {
      throw DesignError(fmt::format("cycle {}: instruction {} reads source and residual from one bank", cycle_,
                                    store_.issue_index()));
    }
    const bool matrix_retires = matrix_.retires(cycle_);

    // Starts.
    std::array<bool, isa::kEngines> request = {};
    std::array<std::uint16_t, isa::kEngines> wait_mask = {};
    const std::array<bool, isa::kEngines> ready = {load_.ready(), matrix_.ready(cycle_), store_.ready()};
    for (int engine = 0; engine < isa::kEngines; ++engine) {
      const auto* head = command_.head(engine);
      if (!head) continue;
      request[engine] = ready[engine];
      wait_mask[engine] = isa::common_of(*head->instruction).wait_mask;
    }
    const Semaphores::Decision decision = semaphores_.decide(request, wait_mask);

    // AXI read address: a request is taken where the register is empty or leaves.
    const bool ar_sent = arbiter_.burst && pins.ar_ready;
    const bool arbiter_takes = !arbiter_.burst || ar_sent;
    const std::optional<ReadBurst> fetch_offer = command_.offer();
    const std::optional<ReadBurst> load_offer = load_.offer();
    const bool fetch_accepted = arbiter_takes && fetch_offer;
    const bool load_accepted = arbiter_takes && load_offer && !fetch_offer;

    memory::Transfers transfers;
    if (ar_sent) transfers.ar = memory::Burst{arbiter_.id, arbiter_.burst->address, arbiter_.burst->beats};
    if (s.aw_valid && pins.aw_ready) transfers.aw = memory::Burst{kStoreId, s.aw.address, s.aw.beats};
    transfers.w = s.w_valid && pins.w_ready;
    transfers.w_last = transfers.w && s.w_last;
    if (wants_axi_) report(transfers, pins);

    // What the cycle counts for.
    state_[kLoad] = engine_state(l.busy, l.wait_port, l.wait_memory, decision.start[kLoad], request[kLoad], l.in_flight);
    state_[kMatrix] =
        engine_state(matrix_.active(cycle_), false, false, decision.start[kMatrix], request[kMatrix], false);
    state_[kStore] =
        engine_state(s.busy, s.wait_port, s.wait_memory, decision.start[kStore], request[kStore], s.in_flight);
    for (int engine = 0; engine < isa::kEngines; ++engine) {
      if (state_[engine] == kWaitSemaphore) missing_[engine] = semaphores_.missing(decision, engine, wait_mask[engine]);
    }
    result_.counters[2] += pins.r_valid ? chip_.axi_bytes() : 0;
    result_.counters[3] += transfers.w ? chip_.axi_bytes() : 0;
    repeat(1);

    // The end: everything had retired before this cycle.
    if (retired_ == program_.instructions.size() && cycle_ >= 2) {
      finish();
      return true;
    }
    if (cycle_ >= limits_.max_cycles) throw DesignError(fmt::format("no end after {} cycles", limits_.max_cycles));

    // Starts, then retirements, in the order load, matrix, store.
    std::array<const CommandProcessor::Queued*, isa::kEngines> started = {};
    for (int engine = 0; engine < isa::kEngines; ++engine) {
      if (!decision.start[engine]) continue;
      started[engine] = command_.head(engine);
      start_cycles_[engine].push_back(cycle_);
      if (observer_) observer_->on_start(static_cast<isa::Engine>(engine), started[engine]->index, cycle_);
    }
    std::array<std::uint16_t, isa::kEngines> posted = {};
    if (l.retire) posted[kLoad] = retire(kLoad, l.retire_index, l.retire_post_mask);
    if (matrix_retires) {
      const MatrixEngine::Retirement out = matrix_.retire();
      posted[kMatrix] = retire(kMatrix, out.index, out.post_mask);
    }
    if (s.retire) posted[kStore] = retire(kStore, s.retire_index, s.retire_post_mask);
    if (cycle_ - last_retire_cycle_ > limits_.max_idle_cycles) {
      throw DesignError(fmt::format("cycle {}: no instruction retired for {} cycles: {}", cycle_, limits_.max_idle_cycles,
                                    describe_waits(program_, command_, semaphores_)));
    }

    // End of the cycle.
    const bool load_beat = pins.r_valid && pins.r_id == kLoadId;
    const isa::Load* load = started[kLoad] ? &std::get<isa::Load>(*started[kLoad]->instruction) : nullptr;
    bool moved = load_.end_cycle(l, load_accepted, load_beat, load_beat && pins.r_last, load,
                                 load ? started[kLoad]->index : 0, load ? bases_[static_cast<int>(load->base)] : 0);
    if (started[kMatrix]) {
      matrix_.start(cycle_, std::get<isa::Matrix>(*started[kMatrix]->instruction), started[kMatrix]->index);
    }
    const StoreEngine::Inputs to_store{pins.aw_ready, pins.w_ready, pins.b_valid};
    moved |= store_.end_cycle(cycle_, to_store, s,
                              started[kStore] ? &std::get<isa::Store>(*started[kStore]->instruction) : nullptr,
                              started[kStore] ? started[kStore]->index : 0, bases_);
    if (semaphores_.end_cycle(decision, posted)) {
      throw DesignError(fmt::format("cycle {}: a semaphore overflows", cycle_));
    }
    memory_->observe(cycle_, transfers);
    moved |= command_.end_cycle(fetch_accepted, pins.r_valid && pins.r_id == kFetchId, decision.start);
    moved |= arbiter_.burst.has_value() || fetch_accepted || load_accepted || matrix_retires;
    if (arbiter_takes) {
      arbiter_.burst = fetch_offer ? fetch_offer : load_offer;
      arbiter_.id = fetch_offer ? kFetchId : kLoadId;
    }
    if (cycle_ == 1) command_.doorbell();
    return moved;
  }

  // The matrix engine goes first at every port.
  bool refused(const StoreEngine::Reads& reads) const {
    return (reads.source_bank && matrix_.reads_activation(*reads.source_bank, cycle_)) ||
           (reads.residual_bank && matrix_.reads_activation(*reads.residual_bank, cycle_)) ||
           (reads.accumulator_bank && matrix_.reads_accumulator(*reads.accumulator_bank, cycle_));
  }

  // Nothing moved in cycle_: the first cycle after it in which something is due, or a limit is reached.
  std::uint64_t next_cycle() const {
    const std::uint64_t due =
        std::min({memory_->next_cycle(cycle_ + 1), matrix_.next_cycle(cycle_ + 1), store_.next_cycle()});
    if (due == kNever) {
      throw DesignError(fmt::format("cycle {}: deadlock: {}", cycle_, describe_waits(program_, command_, semaphores_)));
    }
    const std::uint64_t idle_left = limits_.max_idle_cycles - (cycle_ - last_retire_cycle_);
    return std::min({due, limits_.max_cycles, idle_left < kNever - cycle_ ? cycle_ + idle_left + 1 : kNever});
  }

  // Counts `cycles` more cycles like the one that was carried out last.
  void repeat(std::uint64_t cycles) {
    result_.counters[0] += cycles;
    for (int engine = 0; engine < isa::kEngines; ++engine) {
      states_[engine][state_[engine]] += cycles;
      if (state_[engine] == kWaitSemaphore) waits_.wait(engine, missing_[engine], cycles);
    }
  }

  std::uint16_t retire(int engine, std::uint32_t index, std::uint16_t post_mask) {
    const std::uint64_t start_cycle = start_cycles_[engine].front();
    start_cycles_[engine].pop_front();
    if (observer_) observer_->on_retire({static_cast<isa::Engine>(engine), index, start_cycle, cycle_});
    ++retired_;
    last_retire_cycle_ = cycle_;
    waits_.post(engine, post_mask);
    return post_mask;
  }

  void report(const memory::Transfers& transfers, const memory::Pins& pins) const {
    using C = AxiChannel;
    if (transfers.ar) observer_->on_axi({cycle_, C::kAr, transfers.ar->id, 0, false, transfers.ar->address, transfers.ar->beats});
    if (pins.r_valid) observer_->on_axi({cycle_, C::kR, pins.r_id, 0, pins.r_last, 0, 0});
    if (transfers.aw) observer_->on_axi({cycle_, C::kAw, transfers.aw->id, 0, false, transfers.aw->address, transfers.aw->beats});
    if (transfers.w) observer_->on_axi({cycle_, C::kW, 0, 0, transfers.w_last, 0, 0});
    if (pins.b_valid) observer_->on_axi({cycle_, C::kB, pins.b_id, 0, false, 0, 0});
  }

  void finish() {
    finished_ = true;
    result_.cycles = cycle_ + 1;
    result_.counters[1] = retired_;
    // In the order of the registers; the matrix engine never waits for memory or a port.
    constexpr int kFirstCounter[] = {4, 9, 12};
    for (int engine = 0; engine < isa::kEngines; ++engine) {
      for (int state = 0; state < (engine == kMatrix ? int{kWaitMemory} : int{kStates}); ++state) {
        result_.counters[kFirstCounter[engine] + state] = states_[engine][state];
      }
      Account& account = result_.accounts[engine];
      account.busy = states_[engine][kBusy];
      account.semaphore = waits_.by_partner(engine);
      account.memory = states_[engine][kWaitMemory];
      account.port = states_[engine][kWaitPort];
      account.instruction = states_[engine][kWaitInstruction];
      invariant(account.total() == result_.cycles, "an engine's account adds up to the cycles of the run");
    }
  }

  const Chip chip_;
  const isa::Program& program_;
  std::uint64_t bases_[isa::kBases];
  const Limits limits_;
  Observer* const observer_;
  const bool wants_axi_;

  const std::unique_ptr<memory::MemoryTiming> memory_;
  CommandProcessor command_;
  Semaphores semaphores_;
  LoadEngine load_;
  MatrixEngine matrix_;
  StoreEngine store_;
  ReadArbiter arbiter_;

  std::uint64_t cycle_ = 0;
  bool finished_ = false;
  std::uint64_t retired_ = 0, last_retire_cycle_ = 0;
  std::array<std::deque<std::uint64_t>, isa::kEngines> start_cycles_;  // of the instructions in flight, oldest first
  std::array<State, isa::kEngines> state_ = {};                        // in the cycle carried out last
  std::array<int, isa::kEngines> missing_ = {};                        // the semaphore waited for in it
  std::array<std::array<std::uint64_t, kStates>, isa::kEngines> states_ = {};
  SemaphoreWaits waits_;
  Result result_;
};

Simulation::Simulation(const Chip& chip, const isa::Program& program, const std::uint64_t (&bases)[isa::kBases],
                       std::uint64_t program_address, const Limits& limits, Observer* observer)
    : machine_(std::make_unique<Machine>(chip, program, bases, program_address, limits, observer)) {}
Simulation::~Simulation() = default;
bool Simulation::advance(std::uint64_t cycle) { return machine_->advance(cycle); }
const Result& Simulation::result() const { return machine_->result(); }

Result CycleModel::run(const isa::Program& program, const std::uint64_t (&bases)[isa::kBases],
                       std::uint64_t program_address, const Limits& limits, Observer* observer) const {
  Simulation simulation(chip_, program, bases, program_address, limits, observer);
  simulation.advance(~0ull);
  return simulation.result();
}

}  // namespace systole::cycle
