// SPDX-License-Identifier: Apache-2.0
//
// Timing of the matrix engine (rtl/matrix/). Nothing stalls it. So the cycle in which an instruction starts decides
// which bank it reads in which cycle, when the next instruction can start, and when it retires. The functions get the
// cycle as an argument, so cycles in which nothing changes need no step.
#pragma once

#include <algorithm>
#include <cstdint>

#include "chip/chip.hpp"
#include "chip/timing.hpp"
#include "cycle/engine_status.hpp"
#include "cycle/fifo.hpp"
#include "isa/instruction.hpp"

namespace systole::cycle {

class MatrixEngine {
 public:
  static constexpr std::uint64_t kNever = ~0ull;

  explicit MatrixEngine(const Chip& chip);

  // An instruction that starts in `cycle` has an effect from the next cycle on. The cycles given to these functions,
  // taken together, must not decrease.
  bool ready(std::uint64_t cycle) const { return cycle >= ready_cycle_; }
  bool active(std::uint64_t cycle) const { return cycle < idle_cycle_; }
  void start(std::uint64_t cycle, const isa::Matrix& matrix, std::uint32_t index);

  // Does it read this bank in this cycle?
  bool reads_activation(std::uint32_t bank, std::uint64_t cycle) const;
  bool reads_accumulator(std::uint32_t bank, std::uint64_t cycle) const;

  bool retires(std::uint64_t cycle) const { return !in_flight_.empty() && in_flight_.front().retire_cycle == cycle; }
  // The status of `cycle`, as of the other engines; removes the instruction that retires in it. Called before start()
  // of the same cycle.
  const EngineStatus& step(std::uint64_t cycle);
  const EngineStatus& status() const { return status_; }  // of the newest step

  // The first cycle, `cycle` or later, in which it retires, becomes ready or becomes idle; kNever if none.
  std::uint64_t next_cycle(std::uint64_t cycle) const;

 private:
  struct InFlight {
    isa::Matrix matrix;
    std::uint32_t index;
    std::uint64_t first_cycle;  // of its first pass
    std::uint64_t last_cycle;   // of its last pass
    std::uint64_t retire_cycle;
    std::uint32_t pass_cycles, rows, skipped_cycles;  // of a pass: its cycles, its words, cycles before the first word
    std::uint32_t activation_banks, accumulator_banks;  // that it may touch, a bit each
  };
  // A pass of an instruction: what decides the reads of its cycles.
  struct Pass {
    std::uint64_t first_cycle = 0;
    std::uint32_t cycles = 0, rows = 0, skipped_cycles = 0;
    std::uint32_t activation_base = 0, stride_b = 0, stride_y = 0, stride_x = 0, m_y = 1, m_x = 1;
    std::uint32_t accumulator_base = 0;
    bool accumulates = false;
    // The activation word that is read in `cycle`, by its number; -1 if none.
    std::int64_t row(std::uint64_t cycle) const {
      const std::uint64_t word = cycle - first_cycle - skipped_cycles;
      return cycle >= first_cycle + skipped_cycles && word < rows ? static_cast<std::int64_t>(word) : -1;
    }
    // The address of that word. Most instructions have one image, which needs no division.
    std::uint32_t address(std::uint32_t word) const {
      std::uint32_t y = word / m_x, b = 0;
      const std::uint32_t x = word - y * m_x;
      if (y >= m_y) {
        b = y / m_y;
        y -= b * m_y;
      }
      return activation_base + b * stride_b + y * stride_y + x * stride_x;
    }
  };
  // The pass that runs in `cycle`, kept in `recent` for the cycles after it. False if none runs.
  bool find_pass(std::uint64_t cycle, Pass& recent) const;
  static Pass pass_of(const InFlight& instruction, std::uint64_t cycle);

  const PassTiming timing_;
  std::uint32_t activation_mask_, all_activation_banks_, accumulator_mask_, acc_latency_;
  std::uint32_t bank_shift_, accumulator_bank_shift_;
  std::uint32_t latency_;  // activation read to sums: Rows + Cols + PeLatency
  std::uint64_t ready_cycle_ = 0;
  std::uint64_t idle_cycle_ = 0;
  EngineStatus status_;
  Ring<InFlight> in_flight_;                         // started, not retired
  mutable Pass activation_pass_, accumulator_pass_;  // asked for last
};

// Here and not in the .cpp, because they are asked every cycle.

inline const EngineStatus& MatrixEngine::step(std::uint64_t cycle) {
  status_.busy = active(cycle);
  status_.moved = status_.retire = retires(cycle);
  if (status_.retire) {
    status_.retire_index = in_flight_.front().index;
    status_.retire_post_mask = in_flight_.front().matrix.common.post_mask;
    in_flight_.pop();
  }
  return status_;
}

inline std::uint64_t MatrixEngine::next_cycle(std::uint64_t cycle) const {
  std::uint64_t next = in_flight_.empty() ? kNever : in_flight_.front().retire_cycle;
  if (ready_cycle_ >= cycle) next = std::min(next, ready_cycle_);
  if (idle_cycle_ >= cycle) next = std::min(next, idle_cycle_);
  return next;
}

}  // namespace systole::cycle
