// SPDX-License-Identifier: Apache-2.0
#include "cycle/cycle_model.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>

#include "cycle/command_processor.hpp"
#include "cycle/load_engine.hpp"
#include "cycle/matrix_engine.hpp"
#include "cycle/store_engine.hpp"
#include "support/error.hpp"

namespace systole::cycle {

namespace {

constexpr int kLoad = 0, kMatrix = 1, kStore = 2;
constexpr std::uint8_t kFetchId = 0, kLoadId = 1, kStoreId = 2;

// rtl/axi/axi_read_arbiter.sv: one register, fetch before load.
struct ReadArbiter {
  std::optional<ReadBurst> burst;
  std::uint8_t id = 0;
};

// The four states of an engine besides busy, as counters (docs/reference/registers.md).
enum State { kBusy = 0, kWaitInstruction = 1, kWaitSemaphore = 2, kWaitMemory = 3, kWaitPort = 4 };

State engine_state(bool busy, bool port, bool memory, bool starts, bool blocked, bool in_flight) {
  if (busy) return kBusy;
  if (port) return kWaitPort;
  if (memory) return kWaitMemory;
  if (starts) return kBusy;
  if (blocked) return kWaitSemaphore;
  return in_flight ? kWaitMemory : kWaitInstruction;
}

std::string describe_waits(const CommandProcessor& command, const Semaphores& semaphores) {
  static const char* const kNames[] = {"load", "matrix", "store"};
  std::string text;
  for (int engine = 0; engine < isa::kEngines; ++engine) {
    const auto* head = command.head(engine);
    text += fmt::format("{}{} ", engine ? "; " : "", kNames[engine]);
    if (!head) {
      text += "has no instruction";
      continue;
    }
    text += fmt::format("has instruction {} next", head->index);
    const std::uint16_t mask = isa::common_of(*head->instruction).wait_mask;
    for (int i = 0; i < isa::kSemaphores; ++i) {
      if ((mask >> i & 1) && semaphores.counts()[i] == 0) text += fmt::format(", semaphore {} is missing", i);
    }
  }
  return text;
}

}  // namespace

Result CycleModel::run(const isa::Program& program, const std::uint64_t (&bases)[isa::kBases],
                       std::uint64_t program_address, const Limits& limits, bool record_axi) const {
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    if (const auto reason = isa::illegal_reason(isa::encode(program.instructions[i]))) {
      throw UserError(fmt::format("instruction {}: {}", i, *reason));
    }
  }
  Result result;
  result.retired.reserve(program.instructions.size());
  const auto memory = memory::make_memory_timing(chip_.memory, chip_.axi_bytes(), chip_.clock_mhz);
  CommandProcessor command(chip_, program, program_address);
  Semaphores semaphores;
  LoadEngine load(chip_);
  MatrixEngine matrix(chip_);
  StoreEngine store(chip_);
  ReadArbiter arbiter;
  std::vector<std::uint64_t> start_cycle(program.instructions.size());
  std::uint64_t retired = 0, last_retire_cycle = 0;

  for (std::uint64_t cycle = 0;; ++cycle) {
    const memory::Pins& pins = memory->drive(cycle);

    // What every engine does in this cycle, from its own state and from those with a higher priority.
    const MatrixEngine::Outputs m = matrix.evaluate(cycle);
    StoreEngine::Inputs store_in;
    store_in.matrix_activation_bank = m.activation_bank;
    store_in.matrix_accumulator_bank = m.accumulator_bank;
    store_in.aw_ready = pins.aw_ready;
    store_in.w_ready = pins.w_ready;
    store_in.b_valid = pins.b_valid;
    const StoreEngine::Outputs s = store.evaluate(cycle, store_in);
    const LoadEngine::Outputs l = load.evaluate(s.write_bank);
    if (s.bank_conflict) {
      throw DesignError(fmt::format("cycle {}: instruction {} reads source and residual from one bank", cycle,
                                    store.issue_index()));
    }

    // Starts.
    std::array<bool, isa::kEngines> request = {};
    std::array<std::uint16_t, isa::kEngines> wait_mask = {};
    const std::array<bool, isa::kEngines> ready = {load.ready(), matrix.ready(), store.ready()};
    for (int engine = 0; engine < isa::kEngines; ++engine) {
      const auto* head = command.head(engine);
      if (!head) continue;
      request[engine] = ready[engine];
      wait_mask[engine] = isa::common_of(*head->instruction).wait_mask;
    }
    const Semaphores::Decision decision = semaphores.decide(request, wait_mask);

    // AXI read address: a request is taken where the register is empty or leaves.
    const bool ar_sent = arbiter.burst && pins.ar_ready;
    const bool arbiter_takes = !arbiter.burst || ar_sent;
    const std::optional<ReadBurst> fetch_offer = command.offer();
    const std::optional<ReadBurst> load_offer = load.offer();
    const bool fetch_accepted = arbiter_takes && fetch_offer;
    const bool load_accepted = arbiter_takes && load_offer && !fetch_offer;

    memory::Transfers transfers;
    if (ar_sent) transfers.ar = memory::Burst{arbiter.id, arbiter.burst->address, arbiter.burst->beats};
    if (s.aw_valid && pins.aw_ready) transfers.aw = memory::Burst{kStoreId, s.aw.address, s.aw.beats};
    transfers.w = s.w_valid && pins.w_ready;
    transfers.w_last = transfers.w && s.w_last;

    // Records.
    if (record_axi) {
      using C = AxiChannel;
      if (transfers.ar) {
        result.axi.push_back({cycle, C::kAr, transfers.ar->id, 0, false, transfers.ar->address, transfers.ar->beats});
      }
      if (pins.r_valid) result.axi.push_back({cycle, C::kR, pins.r_id, 0, pins.r_last, 0, 0});
      if (transfers.aw) {
        result.axi.push_back({cycle, C::kAw, transfers.aw->id, 0, false, transfers.aw->address, transfers.aw->beats});
      }
      if (transfers.w) result.axi.push_back({cycle, C::kW, 0, 0, transfers.w_last, 0, 0});
      if (pins.b_valid) result.axi.push_back({cycle, C::kB, pins.b_id, 0, false, 0, 0});
    }
    const State load_state =
        engine_state(l.busy, l.wait_port, l.wait_memory, decision.start[kLoad], request[kLoad], l.in_flight);
    const State store_state =
        engine_state(s.busy, s.wait_port, s.wait_memory, decision.start[kStore], request[kStore], s.in_flight);
    const State matrix_state = engine_state(m.active, false, false, decision.start[kMatrix], request[kMatrix], false);
    ++result.counters[0];
    result.counters[2] += pins.r_valid ? chip_.axi_bytes() : 0;
    result.counters[3] += transfers.w ? chip_.axi_bytes() : 0;
    ++result.counters[4 + load_state];
    ++result.counters[9 + matrix_state];
    ++result.counters[12 + store_state];

    // The end: everything had retired before this cycle.
    if (retired == program.instructions.size() && cycle >= 2) {
      result.cycles = cycle + 1;
      return result;
    }

    // Retirements, in the order load, matrix, store.
    const auto record = [&](int engine, bool retires, std::uint32_t index) {
      if (!retires) return;
      result.retired.push_back({static_cast<isa::Engine>(engine), index, start_cycle[index], cycle});
      ++result.counters[1];
      ++retired;
      last_retire_cycle = cycle;
    };
    record(kLoad, l.retire, l.retire_index);
    record(kMatrix, m.retire, m.retire_index);
    record(kStore, s.retire, s.retire_index);
    const std::array<std::uint16_t, isa::kEngines> posted = {
        l.retire ? l.retire_post_mask : std::uint16_t{0}, m.retire ? m.retire_post_mask : std::uint16_t{0},
        s.retire ? s.retire_post_mask : std::uint16_t{0}};
    for (int engine = 0; engine < isa::kEngines; ++engine) {
      if (decision.start[engine]) start_cycle[command.head(engine)->index] = cycle;
    }
    if (cycle >= limits.max_cycles) throw DesignError(fmt::format("no end after {} cycles", limits.max_cycles));
    if (cycle - last_retire_cycle > limits.max_idle_cycles) {
      throw DesignError(fmt::format("cycle {}: no instruction retired for {} cycles: {}", cycle, limits.max_idle_cycles,
                                    describe_waits(command, semaphores)));
    }

    // End of the cycle.
    const auto started = [&](int engine) { return decision.start[engine] ? command.head(engine) : nullptr; };
    const CommandProcessor::Queued* load_start = started(kLoad);
    const CommandProcessor::Queued* matrix_start = started(kMatrix);
    const CommandProcessor::Queued* store_start = started(kStore);
    const isa::Load* load_instruction = load_start ? &std::get<isa::Load>(*load_start->instruction) : nullptr;
    load.end_cycle(l, load_accepted, pins.r_valid && pins.r_id == kLoadId, pins.r_valid && pins.r_id == kLoadId && pins.r_last,
                   load_instruction, load_start ? load_start->index : 0,
                   load_instruction ? bases[static_cast<int>(load_instruction->base)] : 0);
    matrix.end_cycle(cycle, m, matrix_start ? &std::get<isa::Matrix>(*matrix_start->instruction) : nullptr,
                     matrix_start ? matrix_start->index : 0);
    store.end_cycle(cycle, store_in, s, store_start ? &std::get<isa::Store>(*store_start->instruction) : nullptr,
                    store_start ? store_start->index : 0, bases);
    if (const auto overflow = semaphores.end_cycle(decision, posted)) {
      throw DesignError(fmt::format("cycle {}: a semaphore overflows", cycle));
    }
    const bool fetch_beat = pins.r_valid && pins.r_id == kFetchId;
    memory->observe(cycle, transfers);
    command.end_cycle(fetch_accepted, fetch_beat, decision.start);
    if (arbiter_takes) {
      arbiter.burst = fetch_offer ? fetch_offer : load_offer;
      arbiter.id = fetch_offer ? kFetchId : kLoadId;
    }
    if (cycle == 1) command.doorbell();
  }
}

}  // namespace systole::cycle
