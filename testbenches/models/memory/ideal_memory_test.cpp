// SPDX-License-Identifier: Apache-2.0
//
// Is every rule in models/memory/ideal_memory.hpp kept to the cycle, on both sides of each gate?
#include "memory/ideal_memory.hpp"

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "catch.hpp"
#include "models/memory/axi_master.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::memory;
using namespace systole::testing;

namespace {

MemoryConfig fast(std::uint32_t latency, std::uint32_t bytes_per_cycle = 1024) {
  MemoryConfig config;
  config.ideal().latency_cycles = latency;
  config.ideal().bytes_per_cycle = bytes_per_cycle;
  return config;
}

}  // namespace

TEST_CASE("the first beat of a read comes exactly latency_cycles after its AR") {
  for (std::uint32_t latency : {1u, 2u, 7u, 40u}) {
    Master<IdealMemory> master(fast(latency), 16);
    master.run(3);
    master.read(1, 4);
    master.run(100);
    REQUIRE(master.ar_cycles == std::vector<std::uint64_t>{3});
    REQUIRE(master.r_events.size() == 4);
    for (std::uint64_t beat = 0; beat < 4; ++beat) {
      CHECK(master.r_events[beat].cycle == 3 + latency + beat);
      CHECK(master.r_events[beat].id == 1);
      CHECK(master.r_events[beat].last == (beat == 3));
    }
    CHECK(master.memory().idle());
  }
}

TEST_CASE("a latency of zero counts as one") {
  Master<IdealMemory> master(fast(0), 16);
  master.read(0, 1);
  master.run(10);
  REQUIRE(master.r_events.size() == 1);
  CHECK(master.r_events[0].cycle == 1);
}

TEST_CASE("reads are served in the order of acceptance without a gap, whatever their IDs") {
  Master<IdealMemory> master(fast(10), 16);
  master.read(2, 3);
  master.read(0, 1);
  master.read(1, 2);
  master.run(40);
  const std::vector<int> ids = {2, 2, 2, 0, 1, 1};
  REQUIRE(master.r_events.size() == ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    CHECK(master.r_events[i].id == ids[i]);
    CHECK(master.r_events[i].cycle == 10 + i);
  }
}

TEST_CASE("a response comes exactly latency_cycles after the last W beat") {
  Master<IdealMemory> master(fast(5), 16);
  master.write(2, 3);
  master.write(1, 1);
  master.run(30);
  REQUIRE(master.b_events.size() == 2);
  CHECK(master.w_events[2].cycle == 2);
  CHECK(master.b_events[0].cycle == 2 + 5);
  CHECK(master.b_events[0].id == 2);
  CHECK(master.b_events[1].cycle == 3 + 5);
  CHECK(master.b_events[1].id == 1);
  CHECK(master.memory().idle());
}

TEST_CASE("a response waits for its AW when the data came first") {
  Master<IdealMemory> master(fast(5), 16);
  master.hold_aw(true);
  master.write(0, 2);
  master.run(20);
  CHECK(master.b_events.empty());
  CHECK(!master.memory().idle());
  master.hold_aw(false);
  master.run(20);
  REQUIRE(master.b_events.size() == 1);
  CHECK(master.aw_cycles[0] == 20);
  CHECK(master.b_events[0].cycle == 25);
  CHECK(master.memory().idle());
}

TEST_CASE("one response a cycle, in order, when several are due at once") {
  Master<IdealMemory> master(fast(3), 16);
  master.hold_aw(true);
  for (int i = 0; i < 4; ++i) master.write(static_cast<std::uint8_t>(i % 3), 1);
  master.run(10);
  master.hold_aw(false);
  master.run(20);
  REQUIRE(master.b_events.size() == 4);
  for (std::uint64_t i = 0; i < 4; ++i) CHECK(master.b_events[i].cycle == 13 + i);
}

TEST_CASE("512 reads are accepted, the next waits for the cycle after the first one's last beat") {
  Master<IdealMemory> master(fast(1000), 16);
  for (int i = 0; i < 514; ++i) master.read(0, 1);
  master.run(2600);
  REQUIRE(master.ar_cycles.size() == 514);
  CHECK(master.ar_cycles[511] == 511);
  REQUIRE(master.r_events[0].cycle == 1000);
  CHECK(master.ar_cycles[512] == 1001);
  CHECK(master.ar_cycles[513] == 1002);
}

TEST_CASE("512 writes are accepted, the next waits for the cycle after the first one's response") {
  Master<IdealMemory> master(fast(1000), 16);
  for (int i = 0; i < 513; ++i) master.write(0, 1);
  master.run(2600);
  REQUIRE(master.aw_cycles.size() == 513);
  CHECK(master.aw_cycles[511] == 511);
  REQUIRE(master.b_events[0].cycle == 1000);
  CHECK(master.aw_cycles[512] == 1001);
}

TEST_CASE("512 whole bursts of data may run ahead of their AW, the next beat waits") {
  Master<IdealMemory> master(fast(4), 16);
  master.hold_aw(true);
  for (int i = 0; i < 520; ++i) master.write(0, 1);
  master.run(600);
  CHECK(master.w_events.size() == 512);
  master.hold_aw(false);
  master.run(600);
  CHECK(master.w_events.size() == 520);
  CHECK(master.b_events.size() == 520);
}

TEST_CASE("a bus narrower than a beat gives exactly its bytes per cycle") {
  // Credits stand at beat_bytes - 1 after a rest, so beat n (from 0) comes in the first cycle c
  // with 15 + 12 (c + 1) >= 16 (n + 1).
  Master<IdealMemory> master(fast(10, 12), 16);
  master.read(0, 200);
  master.run(400);
  REQUIRE(master.r_events.size() == 200);
  for (std::uint64_t n = 0; n < 200; ++n) {
    const std::uint64_t cycle = master.r_events[n].cycle - 10;
    CHECK(15 + 12 * (cycle + 1) >= 16 * (n + 1));
    CHECK(15 + 12 * cycle < 16 * (n + 1));
  }
}

TEST_CASE("a bus as wide as a beat never limits one direction") {
  Master<IdealMemory> reads(fast(10, 16), 16);
  reads.read(0, 100);
  reads.run(110);
  CHECK(reads.r_events.size() == 100);
  Master<IdealMemory> writes(fast(10, 16), 16);
  writes.write(0, 100);
  writes.run(100);
  CHECK(writes.w_events.size() == 100);
}

TEST_CASE("two directions on a bus as wide as a beat take turns, reads first") {
  Master<IdealMemory> master(fast(10, 16), 16);
  for (int i = 0; i < 4; ++i) master.read(0, 16);
  master.run(9);
  for (int i = 0; i < 4; ++i) master.write(2, 16);
  master.step();  // cycle 9: the first AW crosses together with its first beat, no read is due yet
  REQUIRE(master.w_events.size() == 1);
  REQUIRE(master.r_events.empty());
  for (int i = 0; i < 100; ++i) {
    const std::size_t reads = master.r_events.size(), writes = master.w_events.size();
    master.step();
    CHECK(master.r_events.size() - reads == static_cast<std::size_t>(i % 2 == 0));
    CHECK(master.w_events.size() - writes == static_cast<std::size_t>(i % 2 == 1));
  }
}

TEST_CASE("two directions on a bus twice as wide as a beat never limit each other") {
  Master<IdealMemory> master(fast(10, 32), 16);
  master.read(0, 64);
  master.run(10);
  master.write(2, 64);
  master.run(64);
  CHECK(master.r_events.size() == 64);
  CHECK(master.w_events.size() == 64);
}

TEST_CASE("one and a half beats a cycle are shared as three beats in two cycles") {
  Master<IdealMemory> master(fast(10, 24), 16);
  for (int i = 0; i < 8; ++i) master.read(0, 100);
  master.run(10);
  for (int i = 0; i < 8; ++i) master.write(2, 100);
  master.run(10);
  const std::size_t before = master.r_events.size() + master.w_events.size();
  master.run(200);
  CHECK(master.r_events.size() + master.w_events.size() - before == 300);
}

TEST_CASE("a channel refuses in exactly the cycles that seed, channel and cycle name") {
  MemoryConfig config = fast(10);
  config.backpressure_permille = 300;
  config.backpressure_seed = 77;
  IdealMemory memory(config, 16);
  int refused = 0;
  for (std::uint64_t t = 0; t < 20000; ++t) {
    const Pins& pins = memory.drive(t);
    CHECK(pins.ar_ready == (mix(77, Channel::kAr, t) % 1000 >= 300));
    CHECK(pins.aw_ready == (mix(77, Channel::kAw, t) % 1000 >= 300));
    CHECK(pins.w_ready == (mix(77, Channel::kW, t) % 1000 >= 300));
    refused += !pins.ar_ready;
    memory.observe(t, {});
  }
  CHECK(refused > 5600);
  CHECK(refused < 6400);
}

TEST_CASE("a refused R beat comes in the next cycle that does not refuse") {
  MemoryConfig config = fast(10);
  config.backpressure_permille = 500;
  config.backpressure_seed = 3;
  Master<IdealMemory> master(config, 16);
  master.read(1, 500);
  master.run(2000);
  REQUIRE(master.r_events.size() == 500);
  std::size_t next = 0;
  for (std::uint64_t t = master.ar_cycles[0] + 10; next < 500; ++t) {
    if (mix(3, Channel::kR, t) % 1000 < 500) continue;
    CHECK(master.r_events[next++].cycle == t);
  }
}

TEST_CASE("random traffic loses nothing, keeps order and never exceeds latency or bandwidth") {
  const std::uint32_t seed = GENERATE(1u, 2u, 3u, 4u, 5u, 6u);
  CAPTURE(seed);
  std::mt19937 random(seed);
  const std::uint32_t beat_bytes = 4u << (random() % 5);
  const std::uint32_t bytes_per_cycle = 1 + random() % (3 * beat_bytes);
  MemoryConfig config = fast(random() % 60, bytes_per_cycle);
  config.backpressure_permille = random() % 2 == 0 ? 0 : random() % 700;
  config.backpressure_seed = seed;
  Master<IdealMemory> master(config, beat_bytes);
  std::vector<Burst> reads, writes;
  for (int i = 0; i < 20000; ++i) {
    if (random() % 40 == 0) {
      reads.push_back({static_cast<std::uint8_t>(random() % 3), 0, static_cast<std::uint32_t>(1 + random() % 32)});
      master.read(reads.back().id, reads.back().beats);
    }
    if (random() % 40 == 0) {
      writes.push_back({static_cast<std::uint8_t>(random() % 3), 0, static_cast<std::uint32_t>(1 + random() % 32)});
      master.write(writes.back().id, writes.back().beats);
    }
    if (random() % 50 == 0) master.hold_aw(random() % 4 == 0);
    master.step();
  }
  master.hold_aw(false);
  for (int i = 0; !master.memory().idle() || master.b_events.size() < writes.size(); ++i) {
    REQUIRE(i < 2000000);
    master.step();
  }

  const std::uint64_t latency = config.ideal().latency_cycles == 0 ? 1 : config.ideal().latency_cycles;
  std::size_t beat = 0;
  for (std::size_t i = 0; i < reads.size(); ++i)
    for (std::uint32_t b = 0; b < reads[i].beats; ++b, ++beat) {
      REQUIRE(beat < master.r_events.size());
      REQUIRE(master.r_events[beat].id == reads[i].id);
      REQUIRE(master.r_events[beat].last == (b + 1 == reads[i].beats));
      REQUIRE(master.r_events[beat].cycle >= master.ar_cycles[i] + latency);
      if (beat > 0) REQUIRE(master.r_events[beat].cycle > master.r_events[beat - 1].cycle);
    }
  REQUIRE(beat == master.r_events.size());

  std::size_t write = 0;
  for (const AxiEvent& w : master.w_events) {
    if (!w.last) continue;
    REQUIRE(master.b_events[write].id == writes[write].id);
    REQUIRE(master.b_events[write].cycle >= std::max(w.cycle, master.aw_cycles[write]) + latency);
    ++write;
  }
  REQUIRE(write == writes.size());

  // A token bucket: any window of n cycles carries at most n * bytes_per_cycle + beat_bytes - 1
  // bytes. `slack` is the largest such excess over all windows, by Kadane's recurrence.
  std::vector<std::uint32_t> bytes(master.cycle(), 0);
  for (const AxiEvent& e : master.r_events) bytes[e.cycle] += beat_bytes;
  for (const AxiEvent& e : master.w_events) bytes[e.cycle] += beat_bytes;
  std::int64_t slack = 0;
  for (const std::uint32_t b : bytes) {
    slack = std::max<std::int64_t>(0, slack) + b - static_cast<std::int64_t>(bytes_per_cycle);
    REQUIRE(slack <= static_cast<std::int64_t>(beat_bytes) - 1);
  }
}

TEST_CASE("a memory that could never move a byte is refused") {
  CHECK_THROWS_AS(IdealMemory(fast(1, 0), 16), UserError);
  MemoryConfig config = fast(1);
  config.backpressure_permille = 1000;
  CHECK_THROWS_AS(IdealMemory(config, 16), UserError);
}
