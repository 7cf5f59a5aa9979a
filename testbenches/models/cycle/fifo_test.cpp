// SPDX-License-Identifier: Apache-2.0
#include "cycle/fifo.hpp"

#include <random>

#include "catch.hpp"

namespace systole::cycle {
namespace {

TEST_CASE("a small queue shows an entry one cycle after it was pushed, and passes one every cycle") {
  Fifo<int> fifo(2);
  CHECK_FALSE(fifo.valid());
  fifo.push(0);  // at the end of cycle 0
  for (int cycle = 1; cycle < 20; ++cycle) {
    REQUIRE(fifo.valid());
    REQUIRE(fifo.front() == cycle - 1);
    fifo.pop();
    fifo.push(cycle);
  }
}

TEST_CASE("a large queue shows an entry two cycles after it was pushed, and passes one every cycle") {
  RamFifo<int> fifo(4);
  fifo.end_cycle(false);
  fifo.push(7);  // at the end of cycle 0
  CHECK_FALSE(fifo.valid());
  CHECK_FALSE(fifo.settled());
  fifo.end_cycle(false);  // of cycle 1
  fifo.push(8);
  CHECK(fifo.valid());
  CHECK(fifo.front() == 7);
  for (int entry = 8; entry < 20; ++entry) {
    fifo.end_cycle(true);
    fifo.push(entry + 1);
    REQUIRE(fifo.valid());
    REQUIRE(fifo.front() == entry);
  }
}

TEST_CASE("a queue takes what it holds and no more") {
  Fifo<int> small(3);
  RamFifo<int> large(3);
  RamFifoCount counted(3);
  for (int i = 0; i < 3; ++i) {
    CHECK(small.ready());
    CHECK(large.ready());
    CHECK(counted.ready());
    small.push(i);
    large.push(i);
    counted.push();
  }
  CHECK_FALSE(small.ready());
  CHECK_FALSE(large.ready());
  CHECK_FALSE(counted.ready());
}

TEST_CASE("a queue of equal entries is a queue without its contents") {
  std::mt19937 random(1);
  RamFifo<int> entries(5);
  RamFifoCount counted(5);
  for (int cycle = 0; cycle < 10'000; ++cycle) {
    REQUIRE(counted.valid() == entries.valid());
    REQUIRE(counted.ready() == entries.ready());
    REQUIRE(counted.settled() == entries.settled());
    const bool taken = entries.valid() && random() % 2 == 0, pushed = entries.ready() && random() % 2 == 0;
    entries.end_cycle(taken);
    counted.end_cycle(taken);
    if (pushed) entries.push(cycle);
    if (pushed) counted.push();
  }
}

TEST_CASE("a steady queue stays as it is when an entry leaves and one arrives in every cycle") {
  RamFifoCount fifo(5);
  fifo.push();
  fifo.end_cycle(false);
  CHECK_FALSE(fifo.steady());  // its only entry leaves, the next is not at the front yet
  fifo.push();
  REQUIRE(fifo.steady());
  for (int cycle = 0; cycle < 5; ++cycle) {
    fifo.end_cycle(true);
    fifo.push();
    REQUIRE(fifo.steady());
  }
}

TEST_CASE("a ring gives its entries in the order of their arrival, around its end too") {
  Ring<int> ring(3);
  int next = 0, oldest = 0;
  for (int round = 0; round < 10; ++round) {
    while (!ring.full()) ring.push(next++);
    CHECK(ring.size() == 3);
    CHECK(ring.back() == next - 1);
    for (std::size_t i = 0; i < ring.size(); ++i) CHECK(ring[i] == oldest + static_cast<int>(i));
    for (int i = 0; i < 2; ++i) {
      CHECK(ring.front() == oldest++);
      ring.pop();
    }
  }
}

}  // namespace
}  // namespace systole::cycle
