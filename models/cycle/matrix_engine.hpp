// SPDX-License-Identifier: Apache-2.0
//
// Timing of the matrix engine (rtl/matrix/): what it reads in each cycle and when its instructions retire.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "chip/chip.hpp"
#include "cycle/fifo.hpp"
#include "isa/instruction.hpp"

namespace systole::cycle {

class MatrixEngine {
 public:
  explicit MatrixEngine(const Chip& chip);

  struct Outputs {  // of one cycle
    bool active = false;
    std::optional<std::uint32_t> activation_bank;   // that it reads
    std::optional<std::uint32_t> accumulator_bank;  // that it reads
    bool retire = false;
    std::uint32_t retire_index = 0;
    std::uint16_t retire_post_mask = 0;
  };
  bool ready() const { return state_ == State::kIdle || (state_ == State::kTail && tail_ == 1); }
  Outputs evaluate(std::uint64_t cycle) const;
  void end_cycle(std::uint64_t cycle, const Outputs& outputs, const isa::Matrix* started, std::uint32_t index);

 private:
  enum class State { kIdle, kPass, kTail };
  bool reads_row() const;
  bool last_row() const { return x_ + 1 == matrix_.m_x && y_ + 1 == matrix_.m_y; }
  void end_pass();

  struct InFlight {
    std::uint32_t index;
    std::uint16_t post_mask;
    std::uint64_t retire_cycle;  // known once its last row is read
  };

  std::uint32_t bank_words_, activation_mask_, accumulator_rows_, accumulator_mask_, acc_latency_;
  std::uint32_t latency_;       // activation read to sums: Rows + Cols + PeLatency
  std::uint32_t minimum_pass_;  // max(Rows, AccLatency + 1)

  State state_ = State::kIdle;
  isa::Matrix matrix_;
  std::uint32_t cycle_of_pass_ = 0, tail_ = 0;
  bool rows_done_ = false;
  std::uint32_t y_ = 0, x_ = 0, ky_ = 0, kx_ = 0, kc_ = 0, n_ = 0;
  std::uint32_t address_ = 0, address_y_ = 0, address_pass_ = 0, address_kx_ = 0, address_ky_ = 0, address_n_ = 0;
  std::uint32_t accumulator_ = 0, accumulator_block_ = 0;

  // Ring indexed by cycle: bank of the accumulator read of that cycle plus one, 0 for none.
  std::vector<std::uint8_t> accumulator_reads_;
  boost::circular_buffer<InFlight> in_flight_;
  std::size_t finished_ = 0;  // entries of in_flight_ whose retire_cycle is known
};

}  // namespace systole::cycle
