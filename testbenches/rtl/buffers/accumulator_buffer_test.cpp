// SPDX-License-Identifier: Apache-2.0
//
// Does each reader of the accumulators get its row one cycle after the grant, does the matrix
// engine's read win its bank, and does nothing else ever stop the store engine?
#include "Vaccumulator_buffer_128x4.h"
#include "Vaccumulator_buffer_32x2.h"
#include "Vaccumulator_buffer_512x16.h"
#include "compare.hpp"

using namespace systole::bench;

namespace {

struct Stimulus {
  bool matrix_read = false, matrix_write = false, store_read = false;
  uint64_t matrix_read_addr = 0, matrix_write_addr = 0, store_addr = 0;
};

template <class Buffer, int RowBits, int BankRows>
struct AccumulatorBench : Bench {
  using Dut = Buffer;
  static constexpr uint64_t kRows = 2 * BankRows;

  Dut dut{"dut"};
  SYSTOLE_PIN(matrix_read_i);
  SYSTOLE_PIN(matrix_read_addr_i);
  SYSTOLE_PIN(matrix_read_data_o);
  SYSTOLE_PIN(matrix_write_i);
  SYSTOLE_PIN(matrix_write_addr_i);
  SYSTOLE_PIN(matrix_write_data_i);
  SYSTOLE_PIN(store_read_i);
  SYSTOLE_PIN(store_addr_i);
  SYSTOLE_PIN(store_grant_o);
  SYSTOLE_PIN(store_data_o);

  std::function<Stimulus(uint64_t)> stimulus;  // of the cycles after all rows are written
  uint64_t cycles_left;
  Random random = random_stream(1);
  std::array<Words, kRows> model;
  bool matrix_due = false, store_due = false;
  Words matrix_data, store_data;
  uint64_t matrix_reads = 0, store_reads = 0, lost = 0, both = 0, old_data = 0;

  AccumulatorBench(uint64_t cycles, std::function<Stimulus(uint64_t)> next)
      : Bench("bench"), stimulus(std::move(next)), cycles_left(cycles) {
    dut.clk_i(clk);
  }

  static uint64_t bank(uint64_t address) { return address / BankRows; }

  void on_clock() override {
    if (matrix_due) expect_words(*this, "matrix_read_data_o", matrix_data, matrix_read_data_o.words());
    if (store_due) expect_words(*this, "store_data_o", store_data, store_data_o.words());

    const uint64_t matrix_at = matrix_read_addr_i.get(), store_at = store_addr_i.get();
    const bool grant = !(matrix_read_i.get() && bank(matrix_at) == bank(store_at));
    matrix_due = matrix_read_i.get();
    store_due = store_read_i.get() && grant;
    if (store_read_i.get()) expect_equal(*this, "store_grant_o", grant, store_grant_o.get());
    if (matrix_due) matrix_data = model[matrix_at];
    if (store_due) store_data = model[store_at];
    matrix_reads += matrix_due;
    store_reads += store_due;
    lost += store_read_i.get() && !grant;
    both += matrix_due && store_due;
    if (matrix_write_i.get()) {
      const uint64_t at = matrix_write_addr_i.get();
      old_data += (matrix_due && matrix_at == at) || (store_due && store_at == at);
      model[at] = matrix_write_data_i.words();
    }

    Stimulus next;
    if (cycle() < kRows) {
      next.matrix_write = true;
      next.matrix_write_addr = cycle();
    } else {
      next = stimulus(cycle() - kRows);
    }
    matrix_read_i.set(next.matrix_read);
    matrix_read_addr_i.set(next.matrix_read_addr);
    matrix_write_i.set(next.matrix_write);
    matrix_write_addr_i.set(next.matrix_write_addr);
    matrix_write_data_i.set_words(random_words(random, RowBits));
    store_read_i.set(next.store_read);
    store_addr_i.set(next.store_addr);
    if (cycle() >= kRows && cycles_left-- == 0) finish();
  }
};

template <class Buffer, int RowBits, int BankRows>
void random_accesses() {
  Random random = random_stream(2);
  constexpr uint64_t kRows = 2 * BankRows;
  AccumulatorBench<Buffer, RowBits, BankRows> bench(20000, [&](uint64_t) {
    return Stimulus{random.chance(60),   random.chance(60),   random.chance(60),
                    random.below(kRows), random.below(kRows), random.below(kRows)};
  });
  bench.run(30000);
  CHECK(bench.matrix_reads > 10000);
  CHECK(bench.store_reads > 5000);
  CHECK(bench.lost > 2000);
  CHECK(bench.both > 2000);
  CHECK(bench.old_data > 200);
}

}  // namespace

TEST_CASE("accumulator_buffer: 2 x 4 rows of 128 bits answer random accesses") {
  random_accesses<Vaccumulator_buffer_128x4, 128, 4>();
}
TEST_CASE("accumulator_buffer: 2 x 16 rows of 512 bits answer random accesses") {
  random_accesses<Vaccumulator_buffer_512x16, 512, 16>();
}
TEST_CASE("accumulator_buffer: 2 x 2 rows of 32 bits answer random accesses") {
  random_accesses<Vaccumulator_buffer_32x2, 32, 2>();
}
TEST_CASE("accumulator_buffer: engines in different banks read and write in every cycle") {
  Random random = random_stream(3);
  AccumulatorBench<Vaccumulator_buffer_128x4, 128, 4> bench(5000, [&](uint64_t cycle) {
    const uint64_t bank = cycle / 100 % 2;
    return Stimulus{
        true, true, true, bank * 4 + random.below(4), bank * 4 + random.below(4), (1 - bank) * 4 + random.below(4)};
  });
  bench.run(6000);
  CHECK(bench.lost == 0);
  CHECK(bench.both == 5000);
}
TEST_CASE("accumulator_buffer: the store engine waits as long as the matrix engine reads its bank") {
  AccumulatorBench<Vaccumulator_buffer_128x4, 128, 4> bench(1000, [&](uint64_t cycle) {
    // Nine cycles of ten the matrix engine is there; the store engine asks for one row all along.
    return Stimulus{cycle % 10 != 9, true, true, cycle % 4, (cycle + 1) % 8, 2};
  });
  bench.run(2000);
  CHECK(bench.store_reads == 100);
  CHECK(bench.lost == 900);
}
