// SPDX-License-Identifier: Apache-2.0
//
// Is a fifo a queue whose entries are at the output exactly one cycle after their push?
#include "Vfifo_100x16.h"
#include "Vfifo_1x2.h"
#include "Vfifo_8x4.h"
#include "common/queue_bench.hpp"

using namespace systole::bench;

TEST_CASE("fifo: an entry pushed in cycle t is at the output in t + 1 and not before") {
  one_entry_at_a_time<Vfifo_8x4, 8, 4, 1>();
}
TEST_CASE("fifo: the output holds until it is taken") { output_holds<Vfifo_8x4, 8, 4, 1>(); }
TEST_CASE("fifo: 4 entries of 8 bits keep their order in random traffic") { random_traffic<Vfifo_8x4, 8, 4, 1>(); }
TEST_CASE("fifo: 2 entries of 1 bit keep their order in random traffic") { random_traffic<Vfifo_1x2, 1, 2, 1>(); }
TEST_CASE("fifo: 16 entries of 100 bits keep their order in random traffic") {
  random_traffic<Vfifo_100x16, 100, 16, 1>();
}
