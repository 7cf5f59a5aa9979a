// SPDX-License-Identifier: Apache-2.0
//
// Does a memory that leaves out cycles do the same as one that is driven in every cycle? Random traffic with pauses of random length;
// all pins are compared in every cycle that both see, and nothing may be shown in one that was left out.
#include <deque>
#include <optional>
#include <random>
#include <string>

#include "catch.hpp"
#include "chip/chip.hpp"
#include "memory/dram_kinds.hpp"
#include "memory/memory_timing.hpp"

namespace systole::memory {
namespace {

constexpr std::uint32_t kBeatBytes = 16;

// A master with at most one request offered on AR and AW, and its write data right behind.
class Traffic {
 public:
  explicit Traffic(std::uint64_t seed) : random_(seed) {}
  bool offers() const { return ar_ || aw_ || !w_.empty(); }
  void think(std::uint64_t cycle) {
    if (cycle < resume_) return;
    if (random_() % 60 == 0) resume_ = cycle + random_() % (random_() % 5 == 0 ? 30'000 : 300);
    if (!ar_ && random_() % 4 == 0) ar_ = burst();
    if (!aw_ && w_.empty() && random_() % 9 == 0) {
      aw_ = burst();
      w_.push_back(aw_->beats);
    }
  }
  Transfers cross(const Pins& pins) {
    Transfers transfers;
    if (ar_ && pins.ar_ready) std::swap(transfers.ar, ar_);
    if (aw_ && pins.aw_ready) std::swap(transfers.aw, aw_);
    if (!w_.empty() && pins.w_ready) {
      transfers.w = true;
      transfers.w_last = --w_.front() == 0;
      if (transfers.w_last) w_.pop_front();
    }
    return transfers;
  }

 private:
  Burst burst() {
    return {static_cast<std::uint8_t>(random_() % 3), random_() % (1u << 22) * kBeatBytes,
            static_cast<std::uint32_t>(1 + random_() % 16)};
  }
  std::mt19937_64 random_;
  std::uint64_t resume_ = 0;
  std::optional<Burst> ar_, aw_;
  std::deque<std::uint32_t> w_;
};

// The share of cycles that were left out.
double compare(const MemoryConfig& config, std::uint32_t chip_mhz, std::uint64_t seed) {
  const auto every = make_memory_timing(config, kBeatBytes, chip_mhz),
             skipping = make_memory_timing(config, kBeatBytes, chip_mhz);
  Traffic traffic(seed);
  constexpr std::uint64_t kCycles = 60'000;
  std::uint64_t due = 0, left_out = 0;
  for (std::uint64_t cycle = 0; cycle < kCycles; ++cycle) {
    traffic.think(cycle);
    const bool offers = traffic.offers();
    const Pins expected = every->drive(cycle);
    const Transfers transfers = traffic.cross(expected);
    every->observe(cycle, transfers);
    if (!offers && cycle < due) {
      ++left_out;
      if (expected.r_valid || expected.b_valid) FAIL("an answer in cycle " << cycle << ", which was left out");
      continue;
    }
    const Pins pins = skipping->drive(cycle);
    const bool same = pins.ar_ready == expected.ar_ready && pins.aw_ready == expected.aw_ready &&
                      pins.w_ready == expected.w_ready && pins.r_valid == expected.r_valid &&
                      pins.b_valid == expected.b_valid &&
                      (!pins.r_valid || (pins.r_id == expected.r_id && pins.r_last == expected.r_last)) &&
                      (!pins.b_valid || pins.b_id == expected.b_id);
    if (!same) FAIL("other pins in cycle " << cycle);
    skipping->observe(cycle, transfers);
    due = skipping->next_cycle(cycle + 1);
  }
  return static_cast<double>(left_out) / kCycles;
}

TEST_CASE("an ideal memory that leaves out cycles does the same, whatever its bandwidth and back-pressure") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    MemoryConfig config;
    config.ideal().latency_cycles = static_cast<std::uint32_t>(seed * seed);
    const std::uint32_t bandwidths[] = {3, 8, 16, 32};
    config.ideal().bytes_per_cycle = bandwidths[seed % 4];
    config.backpressure_permille = seed % 3 == 0 ? 300 : 0;
    config.backpressure_seed = seed;
    CHECK(compare(config, 1000, seed) > 0.3);
  }
}

TEST_CASE("beats that an ideal memory skips are those that it would have driven") {
  std::uint64_t skipped = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    INFO("seed " << seed);
    MemoryConfig config;
    config.ideal().latency_cycles = static_cast<std::uint32_t>(seed * 7);
    const std::uint32_t bandwidths[] = {8, 16, 24, 32};
    config.ideal().bytes_per_cycle = bandwidths[seed % 4];
    config.backpressure_permille = seed == 9 ? 300 : 0;
    const auto every = make_memory_timing(config, kBeatBytes, 1000),
               skipping = make_memory_timing(config, kBeatBytes, 1000);
    Traffic traffic(seed);
    std::uint64_t left = 0;  // of the beats that were skipped last
    for (std::uint64_t cycle = 0; cycle < 80'000; ++cycle) {
      if (left == 0) traffic.think(cycle);
      const Pins expected = every->drive(cycle);
      const Transfers transfers = left == 0 ? traffic.cross(expected) : Transfers{};
      every->observe(cycle, transfers);
      if (left > 0) {
        --left;
        if (!expected.r_valid || expected.r_last || expected.b_valid)
          FAIL("no beat, a last one or a response in cycle " << cycle);
        continue;
      }
      const Pins pins = skipping->drive(cycle);
      const bool same = pins.ar_ready == expected.ar_ready && pins.aw_ready == expected.aw_ready &&
                        pins.w_ready == expected.w_ready && pins.r_valid == expected.r_valid &&
                        pins.b_valid == expected.b_valid;
      if (!same) FAIL("other pins in cycle " << cycle);
      skipping->observe(cycle, transfers);
      if (traffic.offers()) continue;
      left = skipping->steady_beats(cycle + 1);
      if (left > 1 && cycle % 3 == 0) --left;  // fewer than possible is right, too
      skipping->skip_beats(cycle + 1, left);
      skipped += left;
    }
    if (config.ideal().bytes_per_cycle < kBeatBytes || config.backpressure_permille != 0) CHECK(left == 0);
  }
  CHECK(skipped > 10'000);
}

TEST_CASE("a DRAM of any kind that leaves out cycles does the same, refreshes included, at any ratio of clocks") {
  for (const std::string_view kind : dram_kind_names()) {
    for (const std::uint32_t chip_mhz : {233u, 1000u, 2400u}) {
      INFO(kind << " at " << chip_mhz << " MHz");
      MemoryConfig config = memory_of_kind(kind);
      config.backpressure_permille = chip_mhz == 1000 ? 200 : 0;
      CHECK(compare(config, chip_mhz, chip_mhz) > 0.3);
    }
  }
}

TEST_CASE("a path of any length leaves out cycles and does the same") {
  for (const std::uint32_t latency_ns : {1u, 60u, 777u}) {
    for (const std::uint32_t chip_mhz : {233u, 1000u, 2400u}) {
      INFO(latency_ns << " ns at " << chip_mhz << " MHz");
      MemoryConfig config = memory_of_kind("hbm3");
      config.dram().path_latency_ns = latency_ns;
      config.backpressure_permille = chip_mhz == 1000 ? 200 : 0;
      CHECK(compare(config, chip_mhz, latency_ns) > 0.3);
    }
  }
}

TEST_CASE("a read that is answered from the write queue is not left out, whatever else the DRAM waits for") {
  for (const std::string_view kind : dram_kind_names()) {
    for (std::uint64_t pause = 1; pause < 40; ++pause) {
      INFO(kind << ", " << pause << " cycles between write and read");
      const MemoryConfig config = memory_of_kind(kind);
      const auto memory = make_memory_timing(config, kBeatBytes, 1000);
      const std::uint32_t beats = config.dram().organization.burst_bytes() / kBeatBytes;
      std::uint64_t cycle = 0;
      const auto step = [&](const Transfers& transfers) {
        const bool answers = memory->drive(cycle).r_valid;
        memory->observe(cycle++, transfers);
        return answers;
      };
      for (std::uint32_t beat = 0; beat < beats; ++beat) {
        Transfers transfers;
        if (beat == 0) transfers.aw = Burst{0, 0, beats};
        transfers.w = true;
        transfers.w_last = beat + 1 == beats;
        step(transfers);
      }
      for (std::uint64_t i = 0; i < pause; ++i) step({});
      Transfers transfers;
      transfers.ar = Burst{1, 0, 1};
      step(transfers);
      std::uint64_t due = memory->next_cycle(cycle);
      while (!step({}))
        if (cycle > due) due = memory->next_cycle(cycle);
      CHECK(due < cycle);
    }
  }
}

}  // namespace
}  // namespace systole::memory
