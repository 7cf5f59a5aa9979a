// SPDX-License-Identifier: Apache-2.0
//
// Is a ram_fifo a queue whose entries are at the output exactly two cycles after their push, and
// does one pass in every cycle?
#include "Vram_fifo_100x16.h"
#include "Vram_fifo_40x2.h"
#include "Vram_fifo_8x4.h"
#include "common/queue_bench.hpp"

using namespace systole::bench;

TEST_CASE("ram_fifo: an entry pushed in cycle t is at the output in t + 2 and not before") {
  one_entry_at_a_time<Vram_fifo_8x4, 8, 4, 2>();
}
TEST_CASE("ram_fifo: the output holds until it is taken") { output_holds<Vram_fifo_8x4, 8, 4, 2>(); }
TEST_CASE("ram_fifo: 4 entries of 8 bits keep their order in random traffic") {
  random_traffic<Vram_fifo_8x4, 8, 4, 2>();
}
TEST_CASE("ram_fifo: 2 entries of 40 bits keep their order in random traffic") {
  random_traffic<Vram_fifo_40x2, 40, 2, 2>();
}
TEST_CASE("ram_fifo: 16 entries of 100 bits keep their order in random traffic") {
  random_traffic<Vram_fifo_100x16, 100, 16, 2>();
}
