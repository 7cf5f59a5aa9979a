// SPDX-License-Identifier: Apache-2.0
#include "cycle/command_processor.hpp"

namespace systole::cycle {

Semaphores::Decision Semaphores::decide(const std::array<bool, isa::kEngines>& request,
                                        const std::array<std::uint16_t, isa::kEngines>& wait_mask) const {
  Decision decision;
  for (std::size_t engine = 0; engine < isa::kEngines; ++engine) {
    if (!request[engine]) continue;
    if (missing(decision, engine, wait_mask[engine]) != kNone) continue;
    decision.start[engine] = true;
    decision.taken[engine] = wait_mask[engine];
  }
  return decision;
}

int Semaphores::missing(const Decision& decision, std::size_t engine, std::uint16_t mask) const {
  for (int i = 0; mask >> i; ++i) {
    if (!(mask >> i & 1)) continue;
    int left = counts_[i];
    for (std::size_t before = 0; before < engine; ++before) left -= decision.taken[before] >> i & 1;
    if (left <= 0) return i;
  }
  return kNone;
}

std::optional<isa::Engine> Semaphores::end_cycle(const Decision& decision,
                                                 const std::array<std::uint16_t, isa::kEngines>& posted) {
  std::uint16_t touched = 0;
  for (std::size_t engine = 0; engine < isa::kEngines; ++engine) touched |= decision.taken[engine] | posted[engine];
  if (!touched) return std::nullopt;
  std::uint16_t overflowed = 0;
  for (int i = 0; i < isa::kSemaphores; ++i) {
    if (!(touched >> i & 1)) continue;
    int count = counts_[i];
    for (std::size_t engine = 0; engine < isa::kEngines; ++engine) {
      count += (posted[engine] >> i & 1) - (decision.taken[engine] >> i & 1);
    }
    if (count > isa::kSemaphoreMax) overflowed |= 1u << i;
    counts_[i] = static_cast<std::uint8_t>(count);
  }
  for (std::size_t engine = 0; engine < isa::kEngines; ++engine) {
    if (overflowed & posted[engine]) return static_cast<isa::Engine>(engine);
  }
  return std::nullopt;
}

// A queue for each engine.
template <std::size_t... Engine>
CommandProcessor::Queues CommandProcessor::queues(std::size_t depth, std::index_sequence<Engine...>) {
  return {(static_cast<void>(Engine), RamFifo<Queued>(depth))...};
}

CommandProcessor::CommandProcessor(const Chip& chip, const isa::Program& program, std::uint64_t program_address)
    : program_(program),
      address_(program_address),
      beats_per_instruction_(isa::kInstructionBytes / chip.axi_bytes()),
      room_(chip.fetch_depth),
      fetched_instructions_(chip.fetch_depth),
      queues_(queues(chip.queue_depth, std::make_index_sequence<isa::kEngines>())) {}

void CommandProcessor::doorbell() { to_ask_ = static_cast<std::uint32_t>(program_.instructions.size()); }

std::optional<std::uint32_t> CommandProcessor::held_up() const {
  if (!fetched_instructions_.valid()) return std::nullopt;
  const std::uint32_t index = fetched_instructions_.front();
  const std::size_t engine = isa::index_of(isa::engine_of(program_.instructions[index]));
  return queues_[engine].ready() ? std::nullopt : std::optional(index);
}

bool CommandProcessor::end_cycle(bool burst_accepted, bool beat_arrived,
                                 const std::array<bool, isa::kEngines>& started) {
  bool moved = burst_accepted || beat_arrived || !fetched_instructions_.settled();
  bool dispatched = false;
  std::size_t target = 0;
  std::uint32_t index = 0;
  if (fetched_instructions_.valid()) {
    index = fetched_instructions_.front();
    target = isa::index_of(isa::engine_of(program_.instructions[index]));
    dispatched = queues_[target].ready();
  }
  for (std::size_t engine = 0; engine < isa::kEngines; ++engine) {
    moved = moved || started[engine] || !queues_[engine].settled();
    queues_[engine].end_cycle(started[engine]);
  }
  if (dispatched) queues_[target].push({&program_.instructions[index], index});
  fetched_instructions_.end_cycle(dispatched);
  if (dispatched) {
    ++room_;
    ++dispatched_;
  }

  if (beat_arrived && ++beat_ == beats_per_instruction_) {
    beat_ = 0;
    fetched_instructions_.push(fetched_++);
  }
  if (burst_accepted) {
    address_ += isa::kInstructionBytes;
    --to_ask_;
    --room_;
  }
  return moved || dispatched;
}

}  // namespace systole::cycle
