// SPDX-License-Identifier: Apache-2.0
#include "cycle/matrix_engine.hpp"

namespace systole::cycle {

namespace {

// The banks that a range of addresses may touch, a bit each; all when it may wrap around.
std::uint32_t banks_of(std::int64_t first, std::int64_t last, std::int64_t bank_size, std::uint32_t all) {
  const std::int64_t count = __builtin_popcount(all);
  if (last - first >= bank_size * count) return all;
  std::uint32_t banks = 0;
  for (std::int64_t bank = first / bank_size; bank <= last / bank_size; ++bank) banks |= 1u << (bank % count);
  return banks;
}

}  // namespace

MatrixEngine::MatrixEngine(const Chip& chip)
    : bank_words_(chip.activation_bank_words),
      activation_mask_(chip.activation_words() - 1),
      all_activation_banks_((1u << chip.activation_banks) - 1),
      accumulator_rows_(chip.accumulator_rows),
      accumulator_mask_(2 * chip.accumulator_rows - 1),
      acc_latency_(chip.acc_latency),
      latency_(chip.array_rows + chip.array_cols + chip.pe_latency),
      minimum_pass_(std::max(chip.array_rows, chip.acc_latency + 1)),
      in_flight_((latency_ + chip.acc_latency) / chip.array_rows + 4) {}

void MatrixEngine::start(std::uint64_t cycle, const isa::Matrix& m, std::uint32_t index) {
  InFlight next;
  next.matrix = m;
  next.index = index;
  next.rows = std::uint32_t{m.m_y} * m.m_x;
  next.skipped_cycles = m.per_column_zero_point ? 1 : 0;
  next.pass_cycles = std::max(next.rows, minimum_pass_) + next.skipped_cycles;
  const std::uint64_t passes = std::uint64_t{m.n} * m.k_y * m.k_x * m.k_c;
  next.first_cycle = cycle + 1;
  next.last_cycle = cycle + passes * next.pass_cycles;
  const std::uint64_t last_row_cycle = next.last_cycle - next.pass_cycles + next.skipped_cycles + next.rows;
  next.retire_cycle = last_row_cycle + latency_ + acc_latency_ - 1;

  // Activation words from the smallest address to the largest; an address below zero wraps and is left to all banks.
  std::int64_t low = m.activation_base & activation_mask_, high = low;
  const auto reach = [&](std::int64_t stride, std::uint32_t count) {
    (stride < 0 ? low : high) += stride * (std::int64_t{count} - 1);
  };
  reach(m.activation_stride_y, m.m_y);
  reach(m.activation_stride_x, m.m_x);
  reach(m.activation_stride_ky, m.k_y);
  reach(m.activation_stride_kx, m.k_x);
  reach(m.activation_stride_kc, m.k_c);
  reach(m.activation_stride_n, m.n);
  next.activation_banks = low < 0 ? all_activation_banks_ : banks_of(low, high, bank_words_, all_activation_banks_);
  low = m.accumulator_base & accumulator_mask_;
  high = low + next.rows - 1;
  reach(m.accumulator_stride_n, m.n);
  next.accumulator_banks = low < 0 ? 3u : banks_of(low, high, accumulator_rows_, 3u);

  ready_cycle_ = next.last_cycle + acc_latency_;
  idle_cycle_ = ready_cycle_ + 1;
  in_flight_.push_back(next);
}

bool MatrixEngine::row_in(const InFlight& i, std::uint64_t cycle, Row& row) {
  if (cycle < i.first_cycle || cycle > i.last_cycle) return false;
  const std::uint64_t along = cycle - i.first_cycle;
  const std::uint32_t cycle_of_pass = static_cast<std::uint32_t>(along % i.pass_cycles);
  if (cycle_of_pass < i.skipped_cycles || cycle_of_pass - i.skipped_cycles >= i.rows) return false;
  const std::uint32_t word = cycle_of_pass - i.skipped_cycles;
  row.y = word / i.matrix.m_x;
  row.x = word % i.matrix.m_x;
  std::uint64_t pass = along / i.pass_cycles;
  row.kc = static_cast<std::uint32_t>(pass % i.matrix.k_c);
  pass /= i.matrix.k_c;
  row.kx = static_cast<std::uint32_t>(pass % i.matrix.k_x);
  pass /= i.matrix.k_x;
  row.ky = static_cast<std::uint32_t>(pass % i.matrix.k_y);
  row.n = static_cast<std::uint32_t>(pass / i.matrix.k_y);
  return true;
}

std::uint32_t MatrixEngine::activation_address(const isa::Matrix& m, const Row& row) const {
  return (m.activation_base + row.n * m.activation_stride_n + row.ky * m.activation_stride_ky +
          row.kx * m.activation_stride_kx + row.kc * m.activation_stride_kc + row.y * m.activation_stride_y +
          row.x * m.activation_stride_x) &
         activation_mask_;
}

bool MatrixEngine::reads_activation(std::uint32_t bank, std::uint64_t cycle) const {
  if (in_flight_.empty()) return false;
  const InFlight& newest = in_flight_.back();
  Row row;
  return (newest.activation_banks >> bank & 1) != 0 && row_in(newest, cycle, row) &&
         activation_address(newest.matrix, row) / bank_words_ == bank;
}

bool MatrixEngine::reads_accumulator(std::uint32_t bank, std::uint64_t cycle) const {
  if (cycle < latency_) return false;
  const std::uint64_t row_cycle = cycle - (latency_ - 1);
  for (const InFlight& i : in_flight_) {
    Row row;
    if ((i.accumulator_banks >> bank & 1) == 0 || !row_in(i, row_cycle, row)) continue;
    if (!i.matrix.accumulate && row.ky + row.kx + row.kc == 0) return false;
    const std::uint32_t address =
        (i.matrix.accumulator_base + row.n * i.matrix.accumulator_stride_n + row.y * i.matrix.m_x + row.x) & accumulator_mask_;
    return address / accumulator_rows_ == bank;
  }
  return false;
}

MatrixEngine::Retirement MatrixEngine::retire() {
  const Retirement out{in_flight_.front().index, in_flight_.front().matrix.common.post_mask};
  in_flight_.pop_front();
  return out;
}

std::uint64_t MatrixEngine::next_cycle(std::uint64_t cycle) const {
  std::uint64_t next = in_flight_.empty() ? kNever : in_flight_.front().retire_cycle;
  if (ready_cycle_ >= cycle) next = std::min(next, ready_cycle_);
  if (idle_cycle_ >= cycle) next = std::min(next, idle_cycle_);
  return next;
}

}  // namespace systole::cycle
