// SPDX-License-Identifier: Apache-2.0
#include "cycle/core.hpp"

#include <fmt/format.h>

#include "support/error.hpp"

namespace systole::cycle {

void Core::check_legal(const isa::Program& program) {
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    if (const auto reason = isa::illegal_reason(isa::encode(program.instructions[i])))
      throw UserError(fmt::format("instruction {}: {}", i, *reason));
  }
}

const Result& Core::result() const {
  invariant(finished_, "the program is done before its result is asked for");
  return result_;
}

void Core::report_bank_conflict(std::uint64_t cycle, std::uint32_t index) {
  throw DesignError(fmt::format("cycle {}: instruction {} reads source and residual from one bank", cycle, index));
}

// Starts, then retirements, in the order of the table of engines.
void Core::start_and_retire(std::uint64_t cycle) {
  if (starts_.any()) report_starts(cycle);
  std::array<std::uint16_t, isa::kEngines> posted = {};
  visit_engines([&](std::size_t engine, const EngineStatus& status) {
    if (status.retire) posted[engine] = retire(engine, status, cycle);
  });
  if (!starts_.end_cycle(posted)) throw DesignError(fmt::format("cycle {}: a semaphore overflows", cycle));
}

void Core::report_starts(std::uint64_t cycle) {
  for (std::size_t engine = 0; engine < isa::kEngines; ++engine) {
    if (!starts_.started(engine)) continue;
    start_cycles_[engine].push_back(cycle);
    if (observer_) observer_->on_start(isa::kAllEngines[engine], starts_.started(engine)->index, cycle);
  }
}

std::uint16_t Core::retire(std::size_t engine, const EngineStatus& status, std::uint64_t cycle) {
  const std::uint64_t start_cycle = start_cycles_[engine].front();
  start_cycles_[engine].pop_front();
  if (observer_) {
    observer_->on_retire({isa::kAllEngines[engine], status.retire_index, start_cycle, cycle});
    accounts_by_tag_.retire(engine, isa::common_of(program_.instructions[status.retire_index]).tag,
                            accounts_.until(engine, cycle + 1));
  }
  ++retired_;
  last_retire_cycle_ = cycle;
  accounts_.post(engine, status.retire_post_mask, cycle);
  return status.retire_post_mask;
}

void Core::finish(std::uint64_t cycle) {
  finished_ = true;
  result_.cycles = cycle + 1;
  accounts_.finish(result_.cycles);
  result_.counters[counter::kCycles] = result_.cycles;
  result_.counters[counter::kInstructions] = retired_;
  result_.counters[counter::kReadBytes] = read_beats_ * axi_bytes_;
  result_.counters[counter::kWriteBytes] = write_beats_ * axi_bytes_;
  accounts_.write_counters(result_.counters);
  result_.accounts_by_tag = accounts_by_tag_.tags();
  for (std::size_t engine = 0; engine < isa::kEngines; ++engine) {
    result_.accounts[engine] = accounts_.account(engine);
    invariant(result_.accounts[engine].total() == result_.cycles,
              "an engine's account adds up to the cycles of the run");
  }
}

}  // namespace systole::cycle
