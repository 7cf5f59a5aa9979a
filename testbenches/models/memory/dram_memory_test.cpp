// SPDX-License-Identifier: Apache-2.0
//
// Is a DRAM behind the AXI pins exact in time at any ratio of clocks, complete and in order, and is
// its bandwidth not lost on the way?
#include "memory/dram_memory.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include "catch.hpp"
#include "memory/ideal_memory.hpp"
#include "models/memory/axi_master.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::memory;
using namespace systole::testing;

namespace {

// Without refresh in the time of a test.
MemoryConfig restless(const char* kind) {
  MemoryConfig config = memory_of_kind(kind);
  config.dram().timing.trefi = 10'000'000;
  return config;
}

std::uint64_t ceil_div(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

}  // namespace

TEST_CASE("a read takes exactly the memory's clocks, at any ratio and after any time") {
  for (const char* kind : {"ddr4_2400", "ddr4_3200", "lpddr5_6400", "hbm2", "hbm3"})
    for (const std::uint32_t mhz : {1000u, 1600u, 1200u, 800u, 333u, 997u, 3u, 7919u, 10000u}) {
      CAPTURE(kind, mhz);
      const MemoryConfig config = restless(kind);
      const DramTiming& t = config.dram().timing;
      const std::uint64_t memory_mhz = config.dram().organization.clock_mhz;
      Master<DramMemory> master(config, 16, mhz);
      const std::uint64_t column = t.tcl + t.tdqsck + config.dram().organization.burst_clocks() + kReturnClocks;
      std::uint64_t latency = t.trcd + column;  // of the first, in memory clocks
      for (int i = 0; i < 40; ++i) {
        const std::uint64_t ar = master.cycle();
        master.read(1, 0, 1);
        // A clock that begins at time m / f_memory is in no earlier cycle than its floor.
        const std::uint64_t first_clock = ceil_div((ar + 1) * memory_mhz, mhz);
        const std::uint64_t expected = ceil_div((first_clock + latency) * mhz, memory_mhz);
        while (master.r_events.size() <= static_cast<std::size_t>(i)) master.step();
        REQUIRE(master.r_events.back().cycle == expected);
        master.run(101 + 3 * static_cast<std::uint64_t>(i));
        latency = column;
      }
    }
}

TEST_CASE("the path adds exactly its nanoseconds, rounded up to cycles, to every beat and every response") {
  for (const char* kind : {"ddr4_3200", "hbm3"})
    for (const std::uint32_t mhz : {1000u, 333u, 1500u, 3u})
      for (const std::uint32_t latency_ns : {1u, 64u, 777u}) {
        CAPTURE(kind, mhz, latency_ns);
        const auto events = [&](std::uint32_t ns) {
          MemoryConfig config = restless(kind);
          config.dram().path_latency_ns = ns;
          Master<DramMemory> master(config, 16, mhz);
          for (std::uint64_t i = 0; i < 20; ++i) {
            master.read(1, 4096 * i, 8);
            master.write(2, (1u << 20) + 4096 * i, 8);
            master.run(5 * i);
          }
          master.finish();
          return std::pair(master.r_events, master.b_events);
        };
        const auto [reads, responses] = events(0);
        const auto [late_reads, late_responses] = events(latency_ns);
        const std::uint64_t cycles = ceil_div(std::uint64_t{latency_ns} * mhz, 1000);
        REQUIRE(reads.size() == late_reads.size());
        for (std::size_t i = 0; i < reads.size(); ++i) REQUIRE(late_reads[i].cycle == reads[i].cycle + cycles);
        REQUIRE(responses.size() == late_responses.size());
        for (std::size_t i = 0; i < responses.size(); ++i)
          REQUIRE(late_responses[i].cycle == responses[i].cycle + cycles);
      }
}

TEST_CASE("a long path costs no bandwidth as long as enough reads are in flight") {
  MemoryConfig config = memory_of_kind("hbm3");
  config.dram().organization.channels = 4;
  const auto cycles = [&](std::uint32_t ns) {
    config.dram().path_latency_ns = ns;
    Master<DramMemory> master(config, 128, 1000);
    for (std::uint64_t a = 0; a < 4u << 20; a += 1024) master.read(0, a, 8);
    master.finish();
    return master.cycle();
  };
  const std::uint64_t without = cycles(0);
  CHECK(cycles(1000) < without + 1000 + without / 50);
  CHECK(cycles(1000) >= (4u << 20) / 128 + 1000);
}

TEST_CASE("the ratio of clocks does not drift in a million cycles") {
  MemoryConfig config = restless("ddr4_3200");
  const DramTiming& t = config.dram().timing;
  config.dram().timing.trefi = 10'000'000;
  Master<DramMemory> master(config, 16, 999);
  master.read(0, 0, 1);
  master.run(1'000'000);
  master.read(0, 0, 1);
  master.run(200);
  const std::uint64_t first_clock = ceil_div(1'000'001ull * 1600, 999);
  REQUIRE(master.r_events.size() == 2);
  CHECK(master.r_events[1].cycle == ceil_div((first_clock + t.tcl + 4 + kReturnClocks) * 999, 1600));
}

TEST_CASE("beats come in the order of the ARs, one a cycle, with their IDs and lasts") {
  const MemoryConfig config = restless("ddr4_3200");
  Master<DramMemory> master(config, 16, 1000);
  // The first one waits longest: it conflicts with an open row.
  master.read(0, 0, 1);
  master.run(200);
  master.r_events.clear();
  master.read(2, 1ull << 30, 4);
  master.read(1, 64, 2);
  master.read(0, 128, 8);
  master.finish();
  const std::vector<int> ids = {2, 2, 2, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0};
  REQUIRE(master.r_events.size() == ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    CHECK(master.r_events[i].id == ids[i]);
    CHECK(master.r_events[i].last == (i == 3 || i == 5 || i == 13));
    if (i > 0) CHECK(master.r_events[i].cycle > master.r_events[i - 1].cycle);
  }
}

TEST_CASE("an AXI burst becomes the DRAM bursts that it touches, whole or in part") {
  struct Case {
    std::uint32_t beat_bytes;
    std::uint64_t address;
    std::uint32_t beats;
    std::uint64_t bursts;  // of 64 bytes
  };
  for (const Case& c :
       {Case{16, 0, 4, 1}, Case{16, 16, 4, 2}, Case{16, 0, 256, 64}, Case{16, 48, 256, 65}, Case{128, 0, 2, 4},
        Case{4, 60, 1, 1}, Case{4, 60, 2, 2}, Case{8, 61, 2, 2}, Case{128, 64, 1, 2}}) {
    CAPTURE(c.beat_bytes, c.address, c.beats);
    Master<DramMemory> master(restless("ddr4_3200"), c.beat_bytes, 1000);
    master.read(0, c.address, c.beats);
    master.finish();
    CHECK(master.memory().statistics().reads == c.bursts);
    CHECK(master.r_events.size() == c.beats);
    master.write(0, c.address, c.beats);
    master.finish();
    master.run(1000);
    CHECK(master.memory().statistics().writes == c.bursts);
    CHECK(master.w_events.size() == c.beats);
    CHECK(master.b_events.size() == 1);
  }
}

TEST_CASE("a response comes in the cycle after the last beat when the queue has room") {
  Master<DramMemory> master(restless("ddr4_3200"), 16, 1000);
  master.write(2, 0, 8);
  master.write(1, 4096, 4);
  master.finish();
  REQUIRE(master.b_events.size() == 2);
  CHECK(master.w_events[7].cycle == 7);
  CHECK(master.b_events[0] == AxiEvent{8, 2, true});
  CHECK(master.b_events[1] == AxiEvent{12, 1, true});
}

TEST_CASE("a response waits for its AW when the data came first, and 512 beats may come first") {
  Master<DramMemory> master(restless("ddr4_3200"), 16, 1000);
  master.hold_aw(true);
  for (int i = 0; i < 10; ++i) master.write(0, 4096u * static_cast<unsigned>(i), 64);
  master.run(1000);
  CHECK(master.w_events.size() == 512);
  CHECK(master.b_events.empty());
  master.hold_aw(false);
  master.run(2000);
  CHECK(master.w_events.size() == 640);
  CHECK(master.b_events.size() == 10);
}

TEST_CASE("512 reads and 512 writes are in flight, the next waits for the cycle after the first") {
  MemoryConfig config = restless("ddr4_3200");
  config.dram().timing.tcl = 5000;
  config.dram().timing.trtw = 5000;
  Master<DramMemory> reads(config, 64, 1600);
  for (int i = 0; i < 520; ++i) reads.read(0, 64u * static_cast<unsigned>(i), 1);
  reads.finish();
  CHECK(reads.ar_cycles[511] == 511);
  CHECK(reads.ar_cycles[512] == reads.r_events[0].cycle + 1);

  config = restless("ddr4_3200");
  config.dram().write_queue = config.dram().write_high = 1;
  config.dram().write_low = 0;
  config.dram().timing.trcd = config.dram().timing.tras = 2000;
  config.dram().timing.trc = 2100;
  Master<DramMemory> writes(config, 64, 1600);
  for (int i = 0; i < 520; ++i) writes.write(0, (1u << 20) * static_cast<unsigned>(i), 1);
  writes.finish();
  // The first one entered the queue at once; 512 more may be in flight.
  CHECK(writes.aw_cycles[512] == 512);
  CHECK(writes.aw_cycles[513] == writes.b_events[1].cycle + 1);
}

TEST_CASE("a DRAM channel refuses in exactly the cycles that seed, channel and cycle name") {
  MemoryConfig config = restless("hbm2");
  config.backpressure_permille = 300;
  config.backpressure_seed = 77;
  DramMemory memory(config, 16, 1000);
  for (std::uint64_t t = 0; t < 5000; ++t) {
    const Pins& pins = memory.drive(t);
    REQUIRE(pins.ar_ready == (mix(77, Channel::kAr, t) % 1000 >= 300));
    REQUIRE(pins.aw_ready == (mix(77, Channel::kAw, t) % 1000 >= 300));
    REQUIRE(pins.w_ready == (mix(77, Channel::kW, t) % 1000 >= 300));
    memory.observe(t, {});
  }
}

TEST_CASE("AXI does not cost bandwidth") {
  struct Case {
    const char* kind;
    std::uint32_t beat_bytes, mhz, burst_beats;
    double least;  // share of the lesser of memory and port
  };
  for (const Case& c : {Case{"ddr4_3200", 32, 1000, 16, 0.93}, Case{"ddr4_3200", 64, 500, 4, 0.92},
                        Case{"ddr4_2400", 128, 800, 2, 0.93}, Case{"ddr4_3200", 16, 1000, 16, 0.95},
                        Case{"lpddr5_6400", 16, 1000, 16, 0.88}, Case{"hbm2", 128, 1000, 8, 0.90},
                        Case{"hbm2", 16, 1000, 16, 0.92}, Case{"hbm3", 128, 1000, 8, 0.90}}) {
    CAPTURE(c.kind, c.beat_bytes, c.mhz);
    MemoryConfig config = memory_of_kind(c.kind);
    Master<DramMemory> master(config, c.beat_bytes, c.mhz);
    const std::uint64_t bytes = 4u << 20;
    const std::uint64_t burst = c.burst_beats * c.beat_bytes;
    for (std::uint64_t a = 0; a < bytes; a += burst) master.read(0, a, c.burst_beats);
    master.finish();
    const double port = static_cast<double>(c.beat_bytes) * c.mhz * 1e6;
    const double peak = static_cast<double>(config.dram().organization.peak_bytes_per_second());
    const double reached = static_cast<double>(bytes) / static_cast<double>(master.cycle()) * c.mhz * 1e6;
    CHECK(reached / std::min(port, peak) > c.least);
    CHECK(reached / std::min(port, peak) <= 1.0);
  }
}

TEST_CASE("random traffic on random memories loses nothing, keeps order and repeats exactly") {
  const std::uint32_t seed = GENERATE(range(1u, 17u));
  CAPTURE(seed);
  std::vector<AxiEvent> first_r, first_b;
  for (int repeat = 0; repeat < 2; ++repeat) {
    std::mt19937 random(seed);
    const auto kinds = dram_kind_names();
    const std::string_view kind = kinds[random() % kinds.size()];
    MemoryConfig config = memory_of_kind(kind);
    config.dram().organization.channels = 1 + random() % 4;
    config.dram().read_queue = 1 + random() % 40;
    config.dram().write_queue = 1 + random() % 40;
    config.dram().write_high = 1 + random() % config.dram().write_queue;
    config.dram().write_low = random() % config.dram().write_high;
    config.backpressure_permille = random() % 2 == 0 ? 0 : random() % 600;
    config.backpressure_seed = seed;
    const std::uint32_t beat_bytes = 4u << (random() % 6);
    Master<DramMemory> master(config, beat_bytes, 1 + random() % 3000);
    std::vector<Burst> reads, writes;
    for (int i = 0; i < 6000; ++i) {
      const std::uint32_t beats = 1 + random() % std::min(256u, 4096 / beat_bytes);
      const std::uint64_t address = random() % (1u << 28);
      if (random() % 40 == 0) {
        reads.push_back({static_cast<std::uint8_t>(random() % 3), address, beats});
        master.read(reads.back().id, address, beats);
      }
      if (random() % 40 == 0) {
        writes.push_back({static_cast<std::uint8_t>(random() % 3), address, beats});
        master.write(writes.back().id, address, beats);
      }
      if (random() % 50 == 0) master.hold_aw(random() % 4 == 0);
      master.step();
    }
    master.hold_aw(false);
    master.finish();
    std::size_t beat = 0;
    for (std::size_t i = 0; i < reads.size(); ++i)
      for (std::uint32_t b = 0; b < reads[i].beats; ++b, ++beat) {
        REQUIRE(beat < master.r_events.size());
        REQUIRE(master.r_events[beat].id == reads[i].id);
        REQUIRE(master.r_events[beat].last == (b + 1 == reads[i].beats));
        REQUIRE(master.r_events[beat].cycle > master.ar_cycles[i]);
        if (beat > 0) REQUIRE(master.r_events[beat].cycle > master.r_events[beat - 1].cycle);
      }
    REQUIRE(beat == master.r_events.size());
    std::size_t write = 0;
    for (const AxiEvent& w : master.w_events) {
      if (!w.last) continue;
      REQUIRE(write < master.b_events.size());
      REQUIRE(master.b_events[write].id == writes[write].id);
      REQUIRE(master.b_events[write].cycle > std::max(w.cycle, master.aw_cycles[write]));
      ++write;
    }
    REQUIRE(write == writes.size());
    REQUIRE(write == master.b_events.size());
    if (repeat == 0) {
      first_r = master.r_events;
      first_b = master.b_events;
    } else {
      CHECK(first_r == master.r_events);
      CHECK(first_b == master.b_events);
    }
  }
}

TEST_CASE("a memory whose parameters contradict each other is refused") {
  MemoryConfig config = restless("ddr4_3200");
  config.dram().timing.tras = 21;
  CHECK_THROWS_WITH(DramMemory(config, 16, 1000), Contains("memory.tras = 21: must be at least 22: trcd"));
  config = restless("ddr4_3200");
  config.backpressure_permille = 1000;
  CHECK_THROWS_AS(DramMemory(config, 16, 1000), UserError);
  config.parameters = DramConfig{};  // of no kind
  CHECK_THROWS_AS(make_memory_timing(config, 16, 1000), InternalError);
}
