// SPDX-License-Identifier: Apache-2.0
//
// Timing of the command processor (rtl/command/): fetch, dispatch, queues and semaphores.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "chip/chip.hpp"
#include "cycle/fifo.hpp"
#include "cycle/read_arbiter.hpp"
#include "isa/program.hpp"

namespace systole::cycle {

// rtl/command/semaphore_unit.sv.
class Semaphores {
 public:
  struct Decision {
    std::array<bool, isa::kEngines> start = {};
    std::array<std::uint16_t, isa::kEngines> taken = {};
  };
  Decision decide(const std::array<bool, isa::kEngines>& request,
                  const std::array<std::uint16_t, isa::kEngines>& wait_mask) const;
  // The first semaphore of the mask that is not there, or that an engine with a higher priority takes; kNone if none.
  static constexpr int kNone = -1;
  int missing(const Decision& decision, std::size_t engine, std::uint16_t mask) const;
  // Returns the first engine, in the order of the table, whose post overflows a semaphore.
  std::optional<isa::Engine> end_cycle(const Decision& decision,
                                       const std::array<std::uint16_t, isa::kEngines>& posted);
  const std::array<std::uint8_t, isa::kSemaphores>& counts() const { return counts_; }

 private:
  std::array<std::uint8_t, isa::kSemaphores> counts_ = {};
};

// rtl/command/command_processor.sv with rtl/command/instruction_fetch.sv.
class CommandProcessor {
 public:
  CommandProcessor(const Chip& chip, const isa::Program& program, std::uint64_t program_address);

  struct Queued {
    const isa::Instruction* instruction;
    std::uint32_t index;
  };

  // Fetch.
  ReadBurst offer() const {
    return to_ask_ != 0 && room_ != 0 ? ReadBurst{address_, beats_per_instruction_} : ReadBurst{};
  }
  const Queued* head(std::size_t engine) const { return queues_[engine].valid() ? &queues_[engine].front() : nullptr; }

  // End of a cycle: fetch burst accepted, a beat of a fetch arrived, which engines started. True if anything has moved.
  bool end_cycle(bool burst_accepted, bool beat_arrived, const std::array<bool, isa::kEngines>& started);
  void doorbell();                                          // start_i of cycle 1
  std::uint32_t dispatched() const { return dispatched_; }  // instructions so far
  // The instruction that is next to be dispatched, if it is there and its engine's queue is full.
  std::optional<std::uint32_t> held_up() const;

 private:
  using Queues = std::array<RamFifo<Queued>, isa::kEngines>;
  template <std::size_t... Engine>
  static Queues queues(std::size_t depth, std::index_sequence<Engine...>);

  const isa::Program& program_;
  std::uint64_t address_;
  std::uint32_t beats_per_instruction_;
  std::uint32_t to_ask_ = 0, room_, beat_ = 0, fetched_ = 0, dispatched_ = 0;
  RamFifo<std::uint32_t> fetched_instructions_;
  Queues queues_;
};

}  // namespace systole::cycle
