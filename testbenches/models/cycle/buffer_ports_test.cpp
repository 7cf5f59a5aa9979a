// SPDX-License-Identifier: Apache-2.0
#include "cycle/buffer_ports.hpp"

#include "catch.hpp"

namespace systole::cycle {
namespace {

struct Matrix {
  std::uint32_t activation_bank, accumulator_bank;
  std::uint64_t its_cycle;
  bool reads_activation(std::uint32_t bank, std::uint64_t cycle) const {
    return bank == activation_bank && cycle == its_cycle;
  }
  bool reads_accumulator(std::uint32_t bank, std::uint64_t cycle) const {
    return bank == accumulator_bank && cycle == its_cycle;
  }
};

struct Load {
  int bank;
  int write_bank() const { return bank; }
};

TEST_CASE("the matrix engine reads a bank before the store engine, in that bank and that cycle only") {
  const Matrix matrix{2, 1, 100};
  for (int bank = 0; bank < 4; ++bank) {
    CHECK(matrix_takes_port({bank, kNoBank, kNoBank}, matrix, 100) == (bank == 2));
    CHECK(matrix_takes_port({kNoBank, bank, kNoBank}, matrix, 100) == (bank == 2));
    CHECK_FALSE(matrix_takes_port({bank, bank, kNoBank}, matrix, 101));
  }
  CHECK(matrix_takes_port({kNoBank, kNoBank, 1}, matrix, 100));
  CHECK_FALSE(matrix_takes_port({kNoBank, kNoBank, 0}, matrix, 100));
  CHECK_FALSE(matrix_takes_port({kNoBank, kNoBank, kNoBank}, matrix, 100));
}

TEST_CASE("one read that is refused holds up all reads of a tap") {
  const Matrix matrix{2, 1, 100};
  CHECK(matrix_takes_port({0, 2, kNoBank}, matrix, 100));
  CHECK(matrix_takes_port({2, 0, kNoBank}, matrix, 100));
  CHECK(matrix_takes_port({kNoBank, 0, 1}, matrix, 100));
  CHECK_FALSE(matrix_takes_port({0, 3, 0}, matrix, 100));
}

TEST_CASE("the store engine writes a bank before the load engine") {
  CHECK(store_takes_port(3, Load{3}));
  CHECK_FALSE(store_takes_port(3, Load{2}));
  CHECK_FALSE(store_takes_port(kNoBank, Load{0}));
  CHECK_FALSE(store_takes_port(kNoBank, Load{kNoBank}));
  CHECK_FALSE(store_takes_port(0, Load{kNoBank}));
}

}  // namespace
}  // namespace systole::cycle
