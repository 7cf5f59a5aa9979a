// SPDX-License-Identifier: Apache-2.0
//
// Who goes first at the ports of the buffers, as rtl/buffers/ decides it:
//
//   activation buffer, a read and a write port a bank    reads: matrix, then store    writes: store, then load
//   accumulator buffer, a read port a bank               reads: matrix, then store
//
// An engine that does not get a port asks again in the next cycle. The weight and parameter memories have one reader
// and one writer each.
#pragma once

#include <cstdint>

namespace systole::cycle {

inline constexpr int kNoBank = -1;

// The banks that the store engine wants to read in a cycle. It reads all or none.
struct StoreReads {
  int source_bank = kNoBank, residual_bank = kNoBank;  // of the activation buffer
  int accumulator_bank = kNoBank;
};

// Whether the matrix engine reads a bank that the store engine wants. `matrix` has reads_activation(bank, cycle) and
// reads_accumulator(bank, cycle); they are called only for wanted banks.
template <typename Matrix>
bool matrix_takes_port(const StoreReads& reads, const Matrix& matrix, std::uint64_t cycle) {
  const auto activation = [&](int bank) {
    return bank != kNoBank && matrix.reads_activation(static_cast<std::uint32_t>(bank), cycle);
  };
  return activation(reads.source_bank) || activation(reads.residual_bank) ||
         (reads.accumulator_bank != kNoBank &&
          matrix.reads_accumulator(static_cast<std::uint32_t>(reads.accumulator_bank), cycle));
}

// Whether the store engine writes the bank that the load engine wants to write. `store_bank` is the bank of the
// activation buffer that the store engine writes in a cycle. `load` has write_bank(), called only if there is such a
// bank.
template <typename Load>
bool store_takes_port(int store_bank, const Load& load) {
  return store_bank != kNoBank && load.write_bank() == store_bank;
}

}  // namespace systole::cycle
