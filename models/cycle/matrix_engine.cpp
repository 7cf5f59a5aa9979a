// SPDX-License-Identifier: Apache-2.0
#include "cycle/matrix_engine.hpp"

#include <algorithm>

namespace systole::cycle {

MatrixEngine::MatrixEngine(const Chip& chip)
    : bank_words_(chip.activation_bank_words),
      activation_mask_(chip.activation_words() - 1),
      accumulator_rows_(chip.accumulator_rows),
      accumulator_mask_(2 * chip.accumulator_rows - 1),
      acc_latency_(chip.acc_latency),
      latency_(chip.array_rows + chip.array_cols + chip.pe_latency),
      minimum_pass_(std::max(chip.array_rows, chip.acc_latency + 1)),
      in_flight_((latency_ + chip.acc_latency) / chip.array_rows + 4) {
  std::size_t size = 1;
  while (size < latency_ + 1) size *= 2;
  accumulator_reads_.assign(size, 0);
}

bool MatrixEngine::reads_row() const {
  return state_ == State::kPass && !rows_done_ && !(matrix_.per_column_zero_point && cycle_of_pass_ == 0);
}

MatrixEngine::Outputs MatrixEngine::evaluate(std::uint64_t cycle) const {
  Outputs out;
  out.active = state_ != State::kIdle;
  if (reads_row()) out.activation_bank = (address_ & activation_mask_) / bank_words_;
  const std::uint8_t read = accumulator_reads_[cycle & (accumulator_reads_.size() - 1)];
  if (read) out.accumulator_bank = read - 1u;
  if (finished_ > 0 && in_flight_.front().retire_cycle == cycle) {
    out.retire = true;
    out.retire_index = in_flight_.front().index;
    out.retire_post_mask = in_flight_.front().post_mask;
  }
  return out;
}

void MatrixEngine::end_pass() {
  cycle_of_pass_ = 0;
  rows_done_ = false;
  x_ = y_ = 0;
  const isa::Matrix& m = matrix_;
  if (++kc_ < m.k_c) {
    address_pass_ += m.activation_stride_kc;
  } else {
    kc_ = 0;
    if (++kx_ < m.k_x) {
      address_kx_ += m.activation_stride_kx;
    } else {
      kx_ = 0;
      if (++ky_ < m.k_y) {
        address_ky_ += m.activation_stride_ky;
      } else {
        ky_ = 0;
        if (++n_ == m.n) {
          state_ = State::kTail;
          tail_ = acc_latency_;
        }
        address_n_ += m.activation_stride_n;
        address_ky_ = address_n_;
        accumulator_block_ += m.accumulator_stride_n;
      }
      address_kx_ = address_ky_;
    }
    address_pass_ = address_kx_;
  }
  address_ = address_y_ = address_pass_;
  accumulator_ = accumulator_block_;
}

void MatrixEngine::end_cycle(std::uint64_t cycle, const Outputs& outputs, const isa::Matrix* started,
                             std::uint32_t index) {
  const std::size_t mask = accumulator_reads_.size() - 1;
  accumulator_reads_[cycle & mask] = 0;
  if (outputs.retire) {
    in_flight_.pop_front();
    --finished_;
  }
  if (state_ == State::kPass) {
    const bool last_pass_row = reads_row() && last_row();
    if (reads_row()) {
      if (matrix_.accumulate || ky_ + kx_ + kc_ != 0) {
        accumulator_reads_[(cycle + latency_ - 1) & mask] =
            static_cast<std::uint8_t>((accumulator_ & accumulator_mask_) / accumulator_rows_ + 1);
      }
      const bool last_pass = kc_ + 1 == matrix_.k_c && kx_ + 1 == matrix_.k_x && ky_ + 1 == matrix_.k_y &&
                             n_ + 1 == matrix_.n;
      if (last_pass_row && last_pass) in_flight_[finished_++].retire_cycle = cycle + latency_ + acc_latency_ - 1;
      ++accumulator_;
      if (++x_ == matrix_.m_x) {
        x_ = 0;
        ++y_;
        address_y_ += matrix_.activation_stride_y;
        address_ = address_y_;
      } else {
        address_ += matrix_.activation_stride_x;
      }
    }
    const std::uint32_t last_minimum_cycle = minimum_pass_ - 1 + (matrix_.per_column_zero_point ? 1 : 0);
    const bool at_minimum = cycle_of_pass_ == last_minimum_cycle;
    if (at_minimum && (rows_done_ || last_pass_row)) {
      end_pass();
    } else {
      if (!at_minimum) ++cycle_of_pass_;
      if (last_pass_row) rows_done_ = true;
    }
  } else if (state_ == State::kTail && --tail_ == 0) {
    state_ = State::kIdle;
  }
  if (started) {
    matrix_ = *started;
    state_ = State::kPass;
    cycle_of_pass_ = 0;
    rows_done_ = false;
    y_ = x_ = ky_ = kx_ = kc_ = n_ = 0;
    address_ = address_y_ = address_pass_ = address_kx_ = address_ky_ = address_n_ = started->activation_base;
    accumulator_ = accumulator_block_ = started->accumulator_base;
    in_flight_.push_back({index, started->common.post_mask, 0});
  }
}

}  // namespace systole::cycle
