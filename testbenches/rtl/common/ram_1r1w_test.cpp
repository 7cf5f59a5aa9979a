// SPDX-License-Identifier: Apache-2.0
//
// Does the memory answer one cycle after the enable, hold the answer until the next read, give the
// old contents when one address is read and written, and write only the granules of the mask?
#include "Vram_1r1w_100x8.h"
#include "Vram_1r1w_32x16m8.h"
#include "Vram_1r1w_8x2.h"
#include "compare.hpp"

using namespace systole::bench;

namespace {

template <class Ram, int Width, int Depth, int Granule>
struct RamBench : Bench {
  using Dut = Ram;
  static constexpr int kGranules = Width / Granule;

  Dut dut{"dut"};
  SYSTOLE_PIN(read_enable_i);
  SYSTOLE_PIN(read_addr_i);
  SYSTOLE_PIN(read_data_o);
  SYSTOLE_PIN(write_enable_i);
  SYSTOLE_PIN(write_addr_i);
  SYSTOLE_PIN(write_mask_i);
  SYSTOLE_PIN(write_data_i);

  int read_percent, write_percent;
  uint64_t cycles_left;
  Random random = random_stream(1);
  std::array<Words, Depth> model;
  bool read_data_known = false;
  Words expected;
  uint64_t reads = 0, collisions = 0, held = 0, partial = 0;

  RamBench(int reads_percent, int writes_percent, uint64_t cycles)
      : Bench("bench"), read_percent(reads_percent), write_percent(writes_percent), cycles_left(cycles) {
    dut.clk_i(clk);
  }

  void on_clock() override {
    if (read_data_known) expect_words(*this, "read_data_o", expected, read_data_o.words());

    // This edge: the read sees the memory as it was before the write.
    if (read_enable_i.get()) {
      expected = model[read_addr_i.get()];
      read_data_known = true;
      ++reads;
      collisions += write_enable_i.get() && write_addr_i.get() == read_addr_i.get();
    } else {
      held += read_data_known;
    }
    if (write_enable_i.get()) {
      const auto mask = write_mask_i.get();
      const Words data = write_data_i.words();
      for (int g = 0; g < kGranules; ++g) {
        if (!(mask >> g & 1)) continue;
        for (int bit = g * Granule; bit < (g + 1) * Granule; ++bit) {
          put_bits(model[write_addr_i.get()], bit, 1, get_bits(data, bit, 1));
        }
      }
      partial += mask + 1 != uint64_t{1} << kGranules;
    }

    // The memory powers up random: every word is written, whole, before any is read.
    const bool filling = cycle() < Depth;
    read_enable_i.set(!filling && random.chance(read_percent));
    read_addr_i.set(random.below(Depth));
    write_enable_i.set(filling || random.chance(write_percent));
    write_addr_i.set(filling ? cycle() : random.below(Depth));
    const uint64_t all = (uint64_t{1} << kGranules) - 1;
    write_mask_i.set(filling ? all : random.bits(kGranules));
    write_data_i.set_words(random_words(random, Width));
    if (cycles_left-- == 0) finish();
  }
};

template <class Ram, int Width, int Depth, int Granule>
void random_accesses() {
  RamBench<Ram, Width, Depth, Granule> bench(60, 60, 30000);
  bench.run(40000);
  CHECK(bench.reads > 10000);
  CHECK(bench.collisions > 500);
  CHECK(bench.held > 5000);
  CHECK(bench.partial > 5000);
}

}  // namespace

TEST_CASE("ram_1r1w: 2 words of 8 bits behave as an array with old data at a collision") {
  random_accesses<Vram_1r1w_8x2, 8, 2, 8>();
}
TEST_CASE("ram_1r1w: 16 words of 32 bits keep the bytes that the mask leaves out") {
  random_accesses<Vram_1r1w_32x16m8, 32, 16, 8>();
}
TEST_CASE("ram_1r1w: 8 words of 100 bits behave as an array with old data at a collision") {
  random_accesses<Vram_1r1w_100x8, 100, 8, 100>();
}
TEST_CASE("ram_1r1w: read data holds while only writes go on") {
  RamBench<Vram_1r1w_32x16m8, 32, 16, 8> bench(3, 100, 10000);
  bench.run(20000);
  CHECK(bench.held > 9000);
  CHECK(bench.reads > 100);
}
TEST_CASE("ram_1r1w: a read and a write in every cycle do not disturb each other") {
  RamBench<Vram_1r1w_32x16m8, 32, 16, 8> bench(100, 100, 10000);
  bench.run(20000);
  CHECK(bench.collisions > 300);
}
