// SPDX-License-Identifier: Apache-2.0
//
// Does every kind of a configuration become a memory that serves, in the time of its parameters?
#include "memory/memory_timing.hpp"

#include "catch.hpp"
#include "memory/memory_config.hpp"

using namespace systole;
using namespace systole::memory;

namespace {

// Cycles from the AR of a read of one beat to its R.
std::uint64_t read_latency(const MemoryConfig& config, std::uint32_t chip_clock_mhz) {
  const auto memory = make_memory_timing(config, 16, chip_clock_mhz);
  CHECK(memory->idle());
  CHECK(memory->next_cycle(0) == MemoryTiming::kNever);
  REQUIRE(memory->drive(0).ar_ready);
  Transfers transfers;
  transfers.ar = Burst{1, 0, 1};
  memory->observe(0, transfers);
  CHECK_FALSE(memory->idle());
  for (std::uint64_t cycle = 1; cycle < 1000; ++cycle) {
    if (memory->drive(cycle).r_valid) return cycle;
    memory->observe(cycle, {});
  }
  return MemoryTiming::kNever;
}

}  // namespace

TEST_CASE("an ideal memory answers after its latency, whatever the chip's clock") {
  MemoryConfig config;
  config.ideal().latency_cycles = 23;
  CHECK(read_latency(config, 1000) == 23);
  CHECK(read_latency(config, 250) == 23);
}

TEST_CASE("every DRAM kind answers, in fewer cycles of a slower chip") {
  for (const std::string_view kind : dram_kind_names()) {
    CAPTURE(kind);
    const MemoryConfig config = memory_of_kind(kind);
    const std::uint64_t fast = read_latency(config, 2000), slow = read_latency(config, 500);
    const DramTiming& timing = config.dram().timing;
    const std::uint64_t least_clocks = timing.trcd + timing.tcl;
    CHECK(fast >= least_clocks * 2000 / config.dram().organization.clock_mhz);
    CHECK(fast < 1000);
    CHECK(slow <= fast / 4 + 2);
  }
}

TEST_CASE("a later tRCD makes a DRAM's first read as much later") {
  MemoryConfig config = memory_of_kind("ddr4_3200");  // its clock is the chip's in this test
  const std::uint64_t before = read_latency(config, 1600);
  config.dram().timing.trcd += 5;
  config.dram().timing.tras += 5;
  config.dram().timing.trc += 5;
  CHECK(read_latency(config, 1600) == before + 5);
}
