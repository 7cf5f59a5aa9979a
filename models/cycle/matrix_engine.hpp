// SPDX-License-Identifier: Apache-2.0
//
// Timing of the matrix engine (rtl/matrix/). Nothing stalls it, so all that it does follows from the cycle in which an
// instruction starts: which bank it reads in which cycle, when the next one can start, when it retires. It has no state to step.
#pragma once

#include <algorithm>
#include <boost/circular_buffer.hpp>
#include <cstdint>

#include "chip/chip.hpp"
#include "isa/instruction.hpp"

namespace systole::cycle {

class MatrixEngine {
 public:
  static constexpr std::uint64_t kNever = ~0ull;

  explicit MatrixEngine(const Chip& chip);

  // An instruction that starts in `cycle` is heard of in the cycles after it. Cycles may only rise, over all functions.
  bool ready(std::uint64_t cycle) const { return cycle >= ready_cycle_; }
  bool active(std::uint64_t cycle) const { return cycle < idle_cycle_; }
  void start(std::uint64_t cycle, const isa::Matrix& matrix, std::uint32_t index);

  // Does it read this bank in this cycle?
  bool reads_activation(std::uint32_t bank, std::uint64_t cycle) const;
  bool reads_accumulator(std::uint32_t bank, std::uint64_t cycle) const;

  struct Retirement {
    std::uint32_t index;
    std::uint16_t post_mask;
  };
  bool retires(std::uint64_t cycle) const { return !in_flight_.empty() && in_flight_.front().retire_cycle == cycle; }
  Retirement retire();  // in the cycle in which it retires

  // The first cycle, `cycle` or later, in which it retires, becomes ready or becomes idle; kNever if none.
  std::uint64_t next_cycle(std::uint64_t cycle) const;

 private:
  struct InFlight {
    isa::Matrix matrix;
    std::uint32_t index;
    std::uint64_t first_cycle;   // of its first pass
    std::uint64_t last_cycle;    // of its last pass
    std::uint64_t retire_cycle;
    std::uint32_t pass_cycles, rows, skipped_cycles;  // cycles of a pass, activation words of it, cycles before the first one
    std::uint32_t activation_banks, accumulator_banks;  // that it may touch, a bit each
  };
  struct Row {  // the activation word that is read in a cycle
    std::uint32_t n, ky, kx, kc, y, x;
  };
  // False if none is read in that cycle.
  static bool row_in(const InFlight& instruction, std::uint64_t cycle, Row& row);
  std::uint32_t activation_address(const isa::Matrix& matrix, const Row& row) const;

  std::uint32_t bank_words_, activation_mask_, all_activation_banks_, accumulator_rows_, accumulator_mask_, acc_latency_;
  std::uint32_t latency_;       // activation read to sums: Rows + Cols + PeLatency
  std::uint32_t minimum_pass_;  // max(Rows, AccLatency + 1)
  std::uint64_t ready_cycle_ = 0;
  std::uint64_t idle_cycle_ = 0;
  boost::circular_buffer<InFlight> in_flight_;  // started, not retired
};

}  // namespace systole::cycle
