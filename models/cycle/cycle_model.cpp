// SPDX-License-Identifier: Apache-2.0
//
// The blocks put together, a cycle at a time. Three things make it fast:
//
//   - The matrix engine is never stalled, so it is not stepped at all: it answers for any cycle what it reads (matrix_engine.hpp).
//   - A block in which nothing moved does the same again until something reaches it: it sleeps.
//   - A cycle in which nothing moves is repeated until something is due: memory answers, a result leaves post-processing, the
//     matrix engine retires or gets free. Such a stretch costs one cycle's work, whatever its length, and its cycles count for
//     what every engine did in the first of them. If nothing moves and nothing is due, the program is in a deadlock.
#include "cycle/cycle_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
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
  ReadBurst burst;
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
  Machine(const Chip& chip, const isa::Program& program, const isa::Bases& bases, std::uint64_t program_address,
          const Limits& limits, Observer* observer)
      : chip_(chip),
        program_(program),
        bases_(bases),
        limits_(limits),
        observer_(observer),
        wants_axi_(observer != nullptr && observer->wants_axi()),
        memory_(memory::make_memory_timing(chip.memory, chip.axi_bytes(), chip.clock_mhz)),
        command_(chip, program, program_address),
        load_(chip),
        matrix_(chip),
        store_(chip) {
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
      if (moved) {
        ++cycle_;
        if (engines_alone_) run_ahead(until);
      } else {
        cycle_ = next_cycle();
      }
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
    drive_memory();
    decide_starts();
    const bool ar_sent = arbiter_.burst && pins_->ar_ready;
    arbitrate(ar_sent);
    memory::Transfers transfers;
    if (ar_sent) transfers.ar = memory::Burst{sent_id_, sent_.address, sent_.beats};
    step_store(transfers);
    step_load();
    const bool matrix_active = matrix_.active(cycle_), matrix_retires = matrix_.retires(cycle_);
    if (const auto* next = starts_.instruction[kMatrix]) {
      matrix_.start(cycle_, std::get<isa::Matrix>(*next->instruction), next->index);
    }
    if (wants_axi_) report(transfers);
    read_beats_ += pins_->r_valid;
    write_beats_ += transfers.w;
    classify(matrix_active);

    // The end: everything had retired before this cycle.
    if (retired_ == program_.instructions.size() && cycle_ >= 2) {
      finish();
      return true;
    }
    if (cycle_ >= limits_.max_cycles) throw DesignError(fmt::format("no end after {} cycles", limits_.max_cycles));

    // Starts, then retirements, in the order load, matrix, store.
    bool moved =
        load_out_.moved || store_out_.moved || arbiter_.burst.beats != 0 || ar_sent || matrix_retires || starts_.any;
    const bool retires = load_out_.retire || matrix_retires || store_out_.retire;
    if (starts_.any) report_starts();
    if (starts_.any || retires) {
      std::array<std::uint16_t, isa::kEngines> posted = {};
      if (load_out_.retire) posted[kLoad] = retire(kLoad, load_out_.retire_index, load_out_.retire_post_mask);
      if (matrix_retires) {
        const MatrixEngine::Retirement out = matrix_.retire();
        posted[kMatrix] = retire(kMatrix, out.index, out.post_mask);
      }
      if (store_out_.retire) posted[kStore] = retire(kStore, store_out_.retire_index, store_out_.retire_post_mask);
      blocked_ = {};
      decide_again_ = true;
      if (semaphores_.end_cycle(starts_.decision, posted)) {
        throw DesignError(fmt::format("cycle {}: a semaphore overflows", cycle_));
      }
    }
    if (cycle_ - last_retire_cycle_ > limits_.max_idle_cycles) {
      throw DesignError(fmt::format("cycle {}: no instruction retired for {} cycles: {}", cycle_,
                                    limits_.max_idle_cycles, describe_waits(program_, command_, semaphores_)));
    }

    observe_memory(transfers);
    const bool fetch_beat = pins_->r_valid && pins_->r_id == kFetchId;
    if (command_awake_ || fetch_accepted_ || fetch_beat || starts_.any) {
      command_awake_ = command_.end_cycle(fetch_accepted_, fetch_beat, starts_.decision.start);
      moved |= command_awake_;
      decide_again_ = true;
    }
    if (cycle_ == 1) command_.doorbell();
    engines_alone_ = !command_awake_ && arbiter_.burst.beats == 0 && !decide_again_;
    return moved || cycle_ < 2;
  }

  // Memory is asked only in cycles in which it may answer or is offered something.
  void drive_memory() {
    memory_driven_ = cycle_ >= memory_due_ || arbiter_.burst.beats != 0 || store_.offers();
    pins_ = memory_driven_ ? &memory_->drive(cycle_) : &no_pins_;
  }
  void observe_memory(const memory::Transfers& transfers) {
    if (!memory_driven_) return;
    memory_->observe(cycle_, transfers);
    memory_due_ = memory_->next_cycle(cycle_ + 1);
  }

  // AXI read address: a request is taken where the register is empty or leaves, fetch before load.
  void arbitrate(bool ar_sent) {
    fetch_accepted_ = load_accepted_ = false;
    if (arbiter_.burst && !ar_sent) return;
    if (ar_sent) {
      sent_ = arbiter_.burst;
      sent_id_ = arbiter_.id;
    }
    arbiter_.burst = command_.offer();
    arbiter_.id = kFetchId;
    fetch_accepted_ = static_cast<bool>(arbiter_.burst);
    if (fetch_accepted_) return;
    arbiter_.burst = load_.offer();
    arbiter_.id = kLoadId;
    load_accepted_ = static_cast<bool>(arbiter_.burst);
  }

  void step_store(memory::Transfers& transfers) {
    const auto* next = starts_.instruction[kStore];
    if (!(store_out_.moved || pins_->b_valid || next || cycle_ == store_.next_cycle())) return;
    StoreEngine::Inputs in;
    in.refused = refused(store_.reads());
    in.aw_ready = pins_->aw_ready;
    in.w_ready = pins_->w_ready;
    in.b_valid = pins_->b_valid;
    if (next) {
      in.started = &std::get<isa::Store>(*next->instruction);
      in.index = next->index;
      in.base = bases_[static_cast<int>(in.started->base)];
    }
    const std::uint32_t issuing = store_.issue_index();
    store_.step(cycle_, in);
    if (store_out_.bank_conflict) report_bank_conflict(issuing);
    if (store_out_.aw_valid && pins_->aw_ready) {
      transfers.aw = memory::Burst{kStoreId, store_out_.aw.address, store_out_.aw.beats};
    }
    transfers.w = store_out_.w_valid && pins_->w_ready;
    transfers.w_last = transfers.w && store_out_.w_last;
  }

  // With the command processor asleep and nothing on AR, load and store engine work by themselves until something is due. The
  // load engine at a beat a cycle is a sum, the store engine without memory needs no looking around.
  void run_ahead(std::uint64_t until) {
    const bool load_moves = load_out_.moved, store_moves = store_out_.moved;
    if (!load_moves && !store_moves) return;
    std::uint64_t end =
        std::min({until, matrix_.next_cycle(cycle_), limits_.max_cycles, last_retire_cycle_ + limits_.max_idle_cycles});
    if (!load_moves) {
      step_store_alone(std::min(end, memory_due_));
      return;
    }
    const std::uint64_t load_cycles = load_.steady_cycles();
    if (load_cycles == 0) return;
    const std::uint64_t first = cycle_;
    end = std::min({end, first + load_cycles, first + memory_->steady_beats(first)});
    if (end <= first || store_.offers()) return;
    if (store_moves) {
      if (load_.writes_activation()) end = std::min(end, store_.next_activation_write(first));
      step_store_alone(end);
    } else {
      cycle_ = std::min(end, store_.next_cycle());
    }
    const std::uint64_t cycles = cycle_ - first;
    load_.skip(cycles);
    memory_->skip_beats(first, cycles);
    read_beats_ += cycles;
    if (wants_axi_) {
      for (std::uint64_t cycle = first; cycle < cycle_; ++cycle) {
        observer_->on_axi({cycle, AxiChannel::kR, kLoadId, 0, false, 0, 0});
      }
    }
  }

  void step_store_alone(std::uint64_t end) {
    const bool decided_ready = decided_ready_ >> kStore & 1;
    StoreEngine::Inputs in;
    while (cycle_ < end && store_out_.moved && !store_.offers() && !store_.retires() &&
           store_.ready() == decided_ready) {
      in.refused = refused(store_.reads());
      const std::uint32_t issuing = store_.issue_index();
      store_.step(cycle_, in);
      if (store_out_.bank_conflict) report_bank_conflict(issuing);
      count(kStore, store_state());
      ++cycle_;
    }
  }

  void step_load() {
    const auto* next = starts_.instruction[kLoad];
    const bool beat = pins_->r_valid && pins_->r_id == kLoadId;
    if (!(load_out_.moved || load_accepted_ || beat || next)) return;
    LoadEngine::Inputs in;
    in.store_write_bank = store_out_.write_bank;
    in.burst_accepted = load_accepted_;
    in.beat_arrived = beat;
    in.last_beat = beat && pins_->r_last;
    if (next) {
      in.started = &std::get<isa::Load>(*next->instruction);
      in.index = next->index;
      in.base = bases_[static_cast<int>(in.started->base)];
    }
    load_.step(in);
  }

  // An engine that lacks a semaphore lacks it until the next post or start; and without new instructions, posts and engines
  // that became ready, nothing starts in a cycle that did not in the one before.
  void decide_starts() {
    const unsigned ready = unsigned{load_.ready()} << kLoad | unsigned{matrix_.ready(cycle_)} << kMatrix |
                           unsigned{store_.ready()} << kStore;
    if (!decide_again_ && ready == decided_ready_) return;
    decided_ready_ = ready;
    decide_again_ = false;
    std::array<bool, isa::kEngines> request = {};
    std::array<std::uint16_t, isa::kEngines> wait_mask = {};
    bool any_request = false;
    if (starts_.any) starts_ = {};
    for (int engine = 0; engine < isa::kEngines; ++engine) {
      if (blocked_[engine] || !(ready >> engine & 1)) continue;
      const auto* head = command_.head(engine);
      if (!head) continue;
      any_request = request[engine] = true;
      wait_mask[engine] = isa::common_of(*head->instruction).wait_mask;
    }
    if (!any_request) return;
    starts_.decision = semaphores_.decide(request, wait_mask);
    for (int engine = 0; engine < isa::kEngines; ++engine) {
      if (!request[engine]) continue;
      if (starts_.decision.start[engine]) {
        starts_.instruction[engine] = command_.head(engine);
        starts_.any = true;
      } else {
        blocked_[engine] = true;
        blocked_by_[engine] = semaphores_.missing(starts_.decision, engine, wait_mask[engine]);
      }
    }
  }

  [[noreturn]] void report_bank_conflict(std::uint32_t index) const {
    throw DesignError(fmt::format("cycle {}: instruction {} reads source and residual from one bank", cycle_, index));
  }

  void report_starts() {
    for (int engine = 0; engine < isa::kEngines; ++engine) {
      if (!starts_.instruction[engine]) continue;
      start_cycles_[engine].push_back(cycle_);
      if (observer_) observer_->on_start(static_cast<isa::Engine>(engine), starts_.instruction[engine]->index, cycle_);
    }
  }

  // What the cycle counts for. Cycles are counted when what they count for changes.
  void classify(bool matrix_active) {
    const auto& l = load_out_;
    const auto& start = starts_.decision.start;
    count(kLoad, engine_state(l.busy, l.wait_port, l.wait_memory, start[kLoad], blocked_[kLoad], l.in_flight));
    count(kMatrix, engine_state(matrix_active, false, false, start[kMatrix], blocked_[kMatrix], false));
    count(kStore, store_state());
  }
  State store_state() const {
    const auto& s = store_out_;
    return engine_state(s.busy, s.wait_port, s.wait_memory, starts_.decision.start[kStore], blocked_[kStore],
                        s.in_flight);
  }
  void count(int engine, State state) {
    const int semaphore = state == kWaitSemaphore ? blocked_by_[engine] : Semaphores::kNone;
    Stretch& stretch = stretch_[engine];
    if (state == stretch.state && semaphore == stretch.semaphore) return;
    end_stretch(engine, cycle_);
    stretch = {state, semaphore, cycle_};
  }
  void end_stretch(int engine, std::uint64_t cycle) {
    const Stretch& stretch = stretch_[engine];
    states_[engine][stretch.state] += cycle - stretch.first_cycle;
    if (stretch.state == kWaitSemaphore) waits_.wait(engine, stretch.semaphore, cycle - stretch.first_cycle);
  }

  // The matrix engine goes first at every port.
  bool refused(const StoreEngine::Reads& reads) const {
    const auto activation = [&](int bank) {
      return bank != StoreEngine::kNoBank && matrix_.reads_activation(static_cast<std::uint32_t>(bank), cycle_);
    };
    return activation(reads.source_bank) || activation(reads.residual_bank) ||
           (reads.accumulator_bank != StoreEngine::kNoBank &&
            matrix_.reads_accumulator(static_cast<std::uint32_t>(reads.accumulator_bank), cycle_));
  }

  // Nothing moved in cycle_: the first cycle after it in which something is due, or a limit is reached.
  std::uint64_t next_cycle() const {
    const std::uint64_t due = std::min({memory_due_, matrix_.next_cycle(cycle_ + 1), store_.next_cycle()});
    if (due == kNever) {
      throw DesignError(fmt::format("cycle {}: deadlock: {}", cycle_, describe_waits(program_, command_, semaphores_)));
    }
    const std::uint64_t idle_left = limits_.max_idle_cycles - (cycle_ - last_retire_cycle_);
    return std::min({due, limits_.max_cycles, idle_left < kNever - cycle_ ? cycle_ + idle_left + 1 : kNever});
  }

  std::uint16_t retire(int engine, std::uint32_t index, std::uint16_t post_mask) {
    const std::uint64_t start_cycle = start_cycles_[engine].front();
    start_cycles_[engine].pop_front();
    if (observer_) observer_->on_retire({static_cast<isa::Engine>(engine), index, start_cycle, cycle_});
    ++retired_;
    last_retire_cycle_ = cycle_;
    if (post_mask == 0) return 0;
    for (int waiter = 0; waiter < isa::kEngines; ++waiter) {
      if (stretch_[waiter].state != kWaitSemaphore) continue;
      end_stretch(waiter, cycle_ + 1);  // so that the account knows of this cycle
      stretch_[waiter].first_cycle = cycle_ + 1;
    }
    waits_.post(engine, post_mask);
    return post_mask;
  }

  void report(const memory::Transfers& transfers) const {
    using C = AxiChannel;
    const memory::Pins& pins = *pins_;
    if (transfers.ar)
      observer_->on_axi({cycle_, C::kAr, transfers.ar->id, 0, false, transfers.ar->address, transfers.ar->beats});
    if (pins.r_valid) observer_->on_axi({cycle_, C::kR, pins.r_id, 0, pins.r_last, 0, 0});
    if (transfers.aw)
      observer_->on_axi({cycle_, C::kAw, transfers.aw->id, 0, false, transfers.aw->address, transfers.aw->beats});
    if (transfers.w) observer_->on_axi({cycle_, C::kW, 0, 0, transfers.w_last, 0, 0});
    if (pins.b_valid) observer_->on_axi({cycle_, C::kB, pins.b_id, 0, false, 0, 0});
  }

  void finish() {
    finished_ = true;
    result_.cycles = cycle_ + 1;
    for (int engine = 0; engine < isa::kEngines; ++engine) end_stretch(engine, result_.cycles);
    result_.counters[0] = result_.cycles;
    result_.counters[1] = retired_;
    result_.counters[2] = read_beats_ * chip_.axi_bytes();
    result_.counters[3] = write_beats_ * chip_.axi_bytes();
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
  isa::Bases bases_;
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

  // This cycle.
  std::uint64_t cycle_ = 0;
  const memory::Pins no_pins_;
  const memory::Pins* pins_ = &no_pins_;
  bool engines_alone_ = false;
  bool memory_driven_ = false, fetch_accepted_ = false, load_accepted_ = false;
  ReadBurst sent_;  // AR
  std::uint8_t sent_id_ = 0;
  struct Starts {
    Semaphores::Decision decision;
    std::array<const CommandProcessor::Queued*, isa::kEngines> instruction = {};
    bool any = false;
  } starts_;
  const LoadEngine::Outputs& load_out_ = load_.outputs();  // of an engine asleep: of the cycle in which it fell asleep
  const StoreEngine::Outputs& store_out_ = store_.outputs();

  bool finished_ = false, command_awake_ = true;
  bool decide_again_ = true;    // something that starts depend on has changed, besides the engines' being ready
  unsigned decided_ready_ = 0;  // a bit an engine
  std::uint64_t memory_due_ = 0;
  std::array<bool, isa::kEngines> blocked_ = {};    // ready, with an instruction that lacks a semaphore,
  std::array<int, isa::kEngines> blocked_by_ = {};  // this one
  std::uint64_t retired_ = 0, last_retire_cycle_ = 0;
  std::array<std::deque<std::uint64_t>, isa::kEngines> start_cycles_;  // of the instructions in flight, oldest first

  // Accounts.
  struct Stretch {  // of cycles that count for the same
    State state = kWaitInstruction;
    int semaphore = Semaphores::kNone;
    std::uint64_t first_cycle = 0;
  };
  std::array<Stretch, isa::kEngines> stretch_ = {};
  std::uint64_t read_beats_ = 0, write_beats_ = 0;
  std::array<std::array<std::uint64_t, kStates>, isa::kEngines> states_ = {};
  SemaphoreWaits waits_;
  Result result_;
};

Simulation::Simulation(const Chip& chip, const isa::Program& program, const isa::Bases& bases,
                       std::uint64_t program_address, const Limits& limits, Observer* observer)
    : machine_(std::make_unique<Machine>(chip, program, bases, program_address, limits, observer)) {}
Simulation::~Simulation() = default;
bool Simulation::advance(std::uint64_t cycle) { return machine_->advance(cycle); }
const Result& Simulation::result() const { return machine_->result(); }

Result CycleModel::run(const isa::Program& program, const isa::Bases& bases, std::uint64_t program_address,
                       const Limits& limits, Observer* observer) const {
  Simulation simulation(chip_, program, bases, program_address, limits, observer);
  simulation.advance(~0ull);
  return simulation.result();
}

}  // namespace systole::cycle
