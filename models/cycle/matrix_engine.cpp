// SPDX-License-Identifier: Apache-2.0
#include "cycle/matrix_engine.hpp"

#include "support/bits.hpp"

namespace systole::cycle {

namespace {

// The banks that a range of addresses may touch, a bit each; all when it may wrap around.
std::uint32_t banks_of(std::int64_t first, std::int64_t last, std::uint32_t bank_shift, std::uint32_t all) {
  const std::int64_t count = __builtin_popcount(all), first_bank = first >> bank_shift, last_bank = last >> bank_shift;
  if (last_bank - first_bank >= count) return all;
  std::uint32_t banks = 0;
  for (std::int64_t bank = first_bank; bank <= last_bank; ++bank) banks |= 1u << (bank % count);
  return banks;
}

}  // namespace

MatrixEngine::MatrixEngine(const Chip& chip)
    : timing_(chip),
      activation_mask_(chip.activation_words() - 1),
      all_activation_banks_((1u << chip.activation_banks) - 1),
      accumulator_mask_(2 * chip.accumulator_rows - 1),
      acc_latency_(chip.acc_latency),
      bank_shift_(log2_of(chip.activation_bank_words)),
      accumulator_bank_shift_(log2_of(chip.accumulator_rows)),
      latency_(chip.array_rows + chip.array_cols + chip.pe_latency),
      in_flight_((latency_ + chip.acc_latency) / chip.array_rows + 4) {}

void MatrixEngine::start(std::uint64_t cycle, const isa::Matrix& m, std::uint32_t index) {
  InFlight next;
  next.matrix = m;
  next.index = index;
  next.rows = static_cast<std::uint32_t>(m.rows());
  next.skipped_cycles = m.per_column_zero_point ? 1 : 0;
  next.pass_cycles = timing_.cycles(next.rows, m.per_column_zero_point);
  const std::uint64_t passes = m.blocks() * m.taps();
  next.first_cycle = cycle + 1;
  next.last_cycle = cycle + passes * next.pass_cycles;
  const std::uint64_t last_row_cycle = next.last_cycle - next.pass_cycles + next.skipped_cycles + next.rows;
  next.retire_cycle = last_row_cycle + latency_ + acc_latency_ - 1;

  // Activation words from the smallest address to the largest; an address below zero wraps and is left to all banks.
  std::int64_t low = m.activation_base & activation_mask_, high = low;
  const auto reach = [&](std::int64_t stride, std::uint64_t count) {
    (stride < 0 ? low : high) += stride * (static_cast<std::int64_t>(count) - 1);
  };
  reach(m.activation_stride_b, m.m_b);
  reach(m.activation_stride_y, m.m_y);
  reach(m.activation_stride_x, m.m_x);
  reach(m.activation_stride_ky, m.k_y);
  reach(m.activation_stride_kx, m.k_x);
  reach(m.activation_stride_kc, m.k_c);
  reach(m.activation_stride_n, m.n);
  reach(m.activation_stride_nb, m.n_b);
  next.activation_banks = low < 0 ? all_activation_banks_ : banks_of(low, high, bank_shift_, all_activation_banks_);
  low = m.accumulator_base & accumulator_mask_;
  high = low + next.rows - 1;
  reach(m.accumulator_stride_n, m.blocks());
  next.accumulator_banks = low < 0 ? 3u : banks_of(low, high, accumulator_bank_shift_, 3u);

  ready_cycle_ = next.last_cycle + acc_latency_;
  idle_cycle_ = ready_cycle_ + 1;
  in_flight_.push(next);
}

MatrixEngine::Pass MatrixEngine::pass_of(const InFlight& i, std::uint64_t cycle) {
  const isa::Matrix& m = i.matrix;
  std::uint64_t number = (cycle - i.first_cycle) / i.pass_cycles;
  Pass pass;
  pass.first_cycle = i.first_cycle + number * i.pass_cycles;
  pass.cycles = i.pass_cycles;
  pass.rows = i.rows;
  pass.skipped_cycles = i.skipped_cycles;
  const auto digit = [&](std::uint32_t count) {
    const auto value = static_cast<std::uint32_t>(number % count);
    number /= count;
    return value;
  };
  const std::uint32_t kc = digit(m.k_c), kx = digit(m.k_x), ky = digit(m.k_y);
  const auto block = static_cast<std::uint32_t>(number);
  const std::uint32_t n = digit(m.n), nb = static_cast<std::uint32_t>(number);
  pass.activation_base = m.activation_base + nb * m.activation_stride_nb + n * m.activation_stride_n +
                         ky * m.activation_stride_ky + kx * m.activation_stride_kx + kc * m.activation_stride_kc;
  pass.stride_b = static_cast<std::uint32_t>(m.activation_stride_b);
  pass.stride_y = static_cast<std::uint32_t>(m.activation_stride_y);
  pass.stride_x = static_cast<std::uint32_t>(m.activation_stride_x);
  pass.m_y = m.m_y;
  pass.m_x = m.m_x;
  pass.accumulator_base = m.accumulator_base + block * m.accumulator_stride_n;
  pass.accumulates = m.accumulate || ky + kx + kc != 0;
  return pass;
}

bool MatrixEngine::find_pass(std::uint64_t cycle, Pass& recent) const {
  if (cycle - recent.first_cycle < recent.cycles) return true;
  for (std::size_t k = in_flight_.size(); k-- > 0;) {
    if (cycle < in_flight_[k].first_cycle) continue;
    if (cycle > in_flight_[k].last_cycle) return false;
    recent = pass_of(in_flight_[k], cycle);
    return true;
  }
  return false;
}

bool MatrixEngine::reads_activation(std::uint32_t bank, std::uint64_t cycle) const {
  if (in_flight_.empty() || (in_flight_.back().activation_banks >> bank & 1) == 0) return false;
  if (!find_pass(cycle, activation_pass_)) return false;
  const Pass& pass = activation_pass_;
  const std::int64_t row = pass.row(cycle);
  if (row < 0) return false;
  return (pass.address(static_cast<std::uint32_t>(row)) & activation_mask_) >> bank_shift_ == bank;
}

bool MatrixEngine::reads_accumulator(std::uint32_t bank, std::uint64_t cycle) const {
  if (cycle < latency_) return false;
  std::uint32_t banks = 0;
  for (std::size_t k = 0; k < in_flight_.size(); ++k) banks |= in_flight_[k].accumulator_banks;
  const std::uint64_t row_cycle = cycle - (latency_ - 1);
  if ((banks >> bank & 1) == 0 || !find_pass(row_cycle, accumulator_pass_)) return false;
  const Pass& pass = accumulator_pass_;
  const std::int64_t row = pass.row(row_cycle);
  if (row < 0 || !pass.accumulates) return false;
  return ((pass.accumulator_base + static_cast<std::uint32_t>(row)) & accumulator_mask_) >> accumulator_bank_shift_ ==
         bank;
}

}  // namespace systole::cycle
