// SPDX-License-Identifier: Apache-2.0
//
// Does the controller keep its rules: order, turns, fairness, refresh, bounded queues, and a result
// that depends on the requests alone? (The device refuses every command that breaks the timing, so
// each of these runs checks the timing too.)
#include "memory/dram_controller.hpp"

#include <map>
#include <random>
#include <vector>

#include "catch.hpp"

using namespace systole;
using namespace systole::memory;

namespace {

// DDR4-3200 with the row in the top bits, then bank, bank group, column.
DramConfig ddr4() {
  DramConfig config = dram_config("ddr4_3200");
  config.address_mapping = "row-bank-bankgroup-column";
  return config;
}
constexpr std::uint64_t kRowStride = 64 * 128 * 16, kBankStride = 64 * 128 * 4, kGroupStride = 64 * 128,
                        kBurstStride = 64;

// Completion clocks by slot, after advancing to `end` in steps of `step`.
std::map<std::uint32_t, std::uint64_t> run(DramController& controller, std::uint64_t end, std::uint64_t step = 1000) {
  std::map<std::uint32_t, std::uint64_t> done;
  while (controller.now() < end) {
    controller.advance(std::min(end, controller.now() + step));
    for (const DramCompletion& c : controller.completions()) done[c.slot] = c.clock;
    controller.completions().clear();
  }
  return done;
}

}  // namespace

TEST_CASE("one read takes trcd, tcl, a burst and a clock to return, a row hit no trcd, a conflict trp more") {
  const DramConfig config = ddr4();
  const DramTiming& t = config.timing;
  DramController controller(config);
  controller.advance(100);
  REQUIRE(controller.push_read(0, 0));
  CHECK(run(controller, 400).at(0) == 100 + t.trcd + t.tcl + 4 + kReturnClocks);
  REQUIRE(controller.push_read(kBurstStride, 1));
  CHECK(run(controller, 800).at(1) == 400 + t.tcl + 4 + kReturnClocks);
  REQUIRE(controller.push_read(kRowStride, 2));
  CHECK(run(controller, 1200).at(2) == 800 + t.trp + t.trcd + t.tcl + 4 + kReturnClocks);
  const DramStatistics& s = controller.statistics();
  CHECK(s.row_misses == 1);
  CHECK(s.row_hits == 1);
  CHECK(s.row_conflicts == 1);
  CHECK(s.activates == 2);
  CHECK(s.precharges == 1);
}

TEST_CASE("a command of several clocks delays the data by the clocks after its first") {
  const DramConfig config = dram_config("lpddr4_3200");
  const DramTiming& t = config.timing;
  DramController controller(config);
  REQUIRE(controller.push_read(0, 0));
  CHECK(run(controller, 400).at(0) == t.trcd + 3 + t.tcl + t.tdqsck + 8 + kReturnClocks);
}

TEST_CASE("row hits overtake a conflict, but 32 of them at most") {
  DramConfig config = ddr4();
  config.read_queue = 128;
  DramController controller(config);
  REQUIRE(controller.push_read(0, 0));
  run(controller, 200);
  REQUIRE(controller.push_read(kRowStride, 1));  // same bank, another row
  for (std::uint32_t i = 0; i < 100; ++i) REQUIRE(controller.push_read((1 + i) * kBurstStride, 2 + i));
  const auto done = run(controller, 5000);
  std::uint32_t before = 0;
  for (std::uint32_t i = 0; i < 100; ++i) before += done.at(2 + i) < done.at(1);
  CHECK(before == 32);
}

TEST_CASE("reads on different banks overlap, in the order of their coming") {
  const DramConfig config = ddr4();
  const DramTiming& t = config.timing;
  DramController controller(config);
  for (std::uint32_t g = 0; g < 4; ++g) REQUIRE(controller.push_read(g * kGroupStride, g));
  const auto done = run(controller, 400);
  for (std::uint32_t g = 0; g < 4; ++g) CHECK(done.at(g) == g * t.trrd_s + t.trcd + t.tcl + 4 + kReturnClocks);
}

TEST_CASE("a queue takes what it holds and no more") {
  DramConfig config = ddr4();
  config.read_queue = 5;
  config.write_queue = 3;
  config.write_high = 3;
  config.write_low = 0;
  DramController controller(config);
  for (std::uint32_t i = 0; i < 5; ++i) REQUIRE(controller.push_read(i * kRowStride, i));
  CHECK_FALSE(controller.push_read(9 * kRowStride, 9));
  for (std::uint32_t i = 0; i < 3; ++i) REQUIRE(controller.push_write((10 + i) * kRowStride));
  CHECK_FALSE(controller.push_write(20 * kRowStride));
  CHECK(run(controller, 5000).size() == 5);
  CHECK(controller.idle());
  CHECK(controller.statistics().writes == 3);
}

TEST_CASE("writes wait for write_high of them or for no read, and end at write_low for a read") {
  DramConfig config = ddr4();
  config.write_high = 8;
  config.write_low = 2;
  const auto writes_after = [&](std::uint32_t writes) {
    DramController controller(config);
    controller.push_read(0, 0);
    run(controller, 200);  // the row is open
    for (std::uint32_t i = 0; i < writes; ++i) REQUIRE(controller.push_write((64 + i) * kBurstStride));
    for (std::uint32_t i = 0; i < 20; ++i) REQUIRE(controller.push_read((1 + i) * kBurstStride, 1 + i));
    // Until the first read is done.
    std::map<std::uint32_t, std::uint64_t> done;
    while (done.count(1) == 0)
      for (const auto& [slot, clock] : run(controller, controller.now() + 1)) done[slot] = clock;
    const std::uint64_t written = controller.statistics().writes;
    run(controller, 3000);
    CHECK(controller.statistics().writes == writes);  // no read: all are written
    return written;
  };
  CHECK(writes_after(7) == 0);
  CHECK(writes_after(8) == 6);
  CHECK(writes_after(12) == 10);
}

TEST_CASE("a read of a burst in the write queue is answered a clock later, without the DRAM") {
  DramConfig config = ddr4();
  DramController controller(config);
  REQUIRE(controller.push_read(5 * kRowStride, 0));
  REQUIRE(controller.push_write(7 * kBurstStride));
  REQUIRE(controller.push_read(7 * kBurstStride, 1));
  REQUIRE(controller.push_read(8 * kBurstStride, 2));
  const auto done = run(controller, 1000);
  CHECK(done.at(1) == 1);
  CHECK(done.at(2) > 40);
  CHECK(controller.statistics().forwarded_reads == 1);
  CHECK(controller.statistics().reads == 2);
}

TEST_CASE("every pseudo-channel refreshes once in trefi, idle or busy") {
  for (const std::string_view kind : dram_kind_names()) {
    CAPTURE(std::string(kind));
    DramConfig config = dram_config(kind);
    config.timing.trefi = 2000;
    REQUIRE_FALSE(check_dram(config).has_value());
    for (const bool busy : {false, true}) {
      DramController controller(config);
      const std::uint64_t intervals = 100;  // a refresh that starts late does not delay the next
      std::uint64_t address = 0;
      const std::uint64_t end = intervals * config.timing.trefi + config.timing.trefi / 2;
      while (controller.now() < end) {
        while (busy && controller.push_read(address, 0)) address += config.organization.burst_bytes();
        run(controller, controller.now() + 50);
      }
      CHECK(controller.statistics().refreshes == intervals * config.organization.all_channels());
    }
  }
}

TEST_CASE("no request is served from trefi until the refresh is over") {
  const DramConfig config = ddr4();
  const DramTiming& t = config.timing;
  DramController controller(config);
  controller.push_read(0, 0);
  run(controller, t.trefi);  // the row is open, the bank at rest
  REQUIRE(controller.push_read(kBurstStride, 1));
  const std::uint64_t refresh = t.trefi + t.trpab;  // after the precharge of all
  CHECK(run(controller, t.trefi + 2000).at(1) == refresh + t.trfc + t.trcd + t.tcl + 4 + kReturnClocks);
}

TEST_CASE("the result does not depend on the steps in which time advances") {
  for (const std::string_view kind : dram_kind_names()) {
    CAPTURE(std::string(kind));
    const DramConfig config = dram_config(kind);
    std::vector<std::map<std::uint32_t, std::uint64_t>> results;
    for (const std::uint64_t step : {1u, 7u, 10000u}) {
      std::mt19937 random(5);
      DramController controller(config);
      std::map<std::uint32_t, std::uint64_t> done;
      for (std::uint32_t slot = 0; slot < 3000; ++slot) {
        const std::uint64_t address = (random() % 64) * 4096 + random() % 4096;
        const bool write = random() % 3 == 0;
        bool pushed = write ? controller.push_write(address) : controller.push_read(address, slot);
        static_cast<void>(pushed);  // a full queue is part of the test
        if (random() % 4 == 0)
          for (const auto& [s, clock] : run(controller, controller.now() + random() % 60, step)) done[s] = clock;
      }
      for (const auto& [s, clock] : run(controller, controller.now() + 100000, step)) done[s] = clock;
      CHECK(controller.idle());
      results.push_back(done);
    }
    CHECK(results[0] == results[1]);
    CHECK(results[0] == results[2]);
    CHECK(results[0].size() > 300);
  }
}

TEST_CASE("random requests with random parameters all end") {
  const std::uint32_t seed = GENERATE(range(1u, 9u));
  std::mt19937 random(seed);
  for (const std::string_view kind : dram_kind_names()) {
    DramConfig config = dram_config(kind);
    config.organization.channels = 1 + random() % 5;
    config.read_queue = 1 + random() % 40;
    config.write_queue = 1 + random() % 40;
    config.write_high = 1 + random() % config.write_queue;
    config.write_low = random() % config.write_high;
    const char* const mappings[] = {"row-bank-column-bankgroup-channel", "row-bankgroup-bank-channel-column",
                                    "column-row-channel-bank-bankgroup"};
    config.address_mapping = mappings[random() % 3];
    CAPTURE(seed, std::string(kind));
    REQUIRE_FALSE(check_dram(config).has_value());
    DramController controller(config);
    std::uint64_t reads = 0, writes = 0, done = 0;
    const auto take = [&] {
      for (const DramCompletion& c : controller.completions()) {
        CHECK(c.clock > 0);
        ++done;
      }
      controller.completions().clear();
    };
    const std::uint64_t span = std::uint64_t{1} << (10 + random() % 20);
    for (int i = 0; i < 3000; ++i) {
      const std::uint64_t address = random() % span;
      if (random() % 2)
        reads += controller.push_read(address, 0);
      else
        writes += controller.push_write(address);
      if (random() % 8 == 0) controller.advance(controller.now() + random() % 100);
      take();
    }
    for (int i = 0; i < 1000 && !controller.idle(); ++i) {
      controller.advance(controller.now() + 1000);
      take();
    }
    CHECK(controller.idle());
    CHECK(done == reads);
    const DramStatistics& s = controller.statistics();
    CHECK(s.reads + s.forwarded_reads == reads);
    CHECK(s.writes == writes);
    CHECK(s.row_hits + s.row_misses + s.row_conflicts == s.reads + s.writes);
  }
}
