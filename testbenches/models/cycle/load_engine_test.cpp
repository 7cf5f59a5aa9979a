// SPDX-License-Identifier: Apache-2.0
//
// The rules of docs/reference/timing.md, "Load engine", each in its cycle and not one earlier.
#include "cycle/load_engine.hpp"

#include <algorithm>

#include "catch.hpp"
#include "models/cycle/cycle_bench.hpp"

namespace systole::cycle {
namespace {

isa::Load words(std::uint32_t bytes) {
  isa::Load load;
  load.run_bytes = bytes;
  return load;
}

// The engine cycle by cycle: what it gets in a cycle is set before step().
struct LoadBench {
  explicit LoadBench(const Chip& chip = tiny()) : engine(chip) {}
  const EngineStatus& step() {
    const EngineStatus& status = engine.step(in);
    in = {};
    ++cycle;
    return status;
  }
  void start(const isa::Load& load) {
    in.started = &load;
    step();
  }
  // A beat arrives in this cycle.
  const EngineStatus& beat(bool last) {
    in.beat_arrived = true;
    in.last_beat = last;
    return step();
  }
  void until(std::uint64_t end) {
    while (cycle < end) step();
  }

  LoadEngine engine;
  LoadEngine::Inputs in;
  std::uint64_t cycle = 0;
};

TEST_CASE("an instruction offers its first burst in the cycle after its start, then one a cycle") {
  LoadBench bench;
  const isa::Load load = words(160);  // bursts of 64, 64 and 32 bytes
  bench.in.started = &load;
  CHECK_FALSE(bench.engine.offer());
  bench.step();
  for (const std::uint32_t beats : {8u, 8u, 4u}) {
    REQUIRE(bench.engine.offer().beats == beats);
    CHECK_FALSE(bench.engine.ready());
    bench.in.burst_accepted = true;
    bench.step();
  }
  CHECK_FALSE(bench.engine.offer());
  CHECK(bench.engine.ready());
}

TEST_CASE("a run is cut at the multiples of the burst size") {
  LoadBench bench;
  isa::Load load = words(64);
  load.dram_offset = 56;
  bench.start(load);
  CHECK(bench.engine.offer().address == 56);
  CHECK(bench.engine.offer().beats == 1);
  bench.in.burst_accepted = true;
  bench.step();
  CHECK(bench.engine.offer().address == 64);
  CHECK(bench.engine.offer().beats == 7);
}

TEST_CASE("the outer loop goes on without a cycle in between, on both sides") {
  Chip chip = tiny();
  chip.load_outstanding = 8;
  LoadBench bench(chip);
  isa::Load load = words(4);
  load.count = {2, 1, 1, 3};
  load.dram_stride = {64, 0, 0, 0x1000};
  load.dram_offset = 1ull << 33;
  bench.start(load);
  for (const std::uint64_t address : {0x0, 0x40, 0x1000, 0x1040, 0x2000, 0x2040}) {
    REQUIRE(bench.engine.offer().address == (1ull << 33) + address);
    bench.in.burst_accepted = true;
    bench.step();
  }
  CHECK(bench.engine.ready());
  LoadBench padding;
  load.count = {0, 1, 1, 3};
  load.pad_top = 2;
  load.dst_stride[3] = static_cast<std::int32_t>(tiny().activation_bank_words);
  padding.start(load);
  padding.until(3);
  for (const int bank : {0, 0, 1, 1, 2, 2}) {
    CHECK(padding.engine.write_bank() == bank);
    const EngineStatus& status = padding.step();
    CHECK(status.busy);
    CHECK(status.retire == (padding.cycle == 9));
  }
}

TEST_CASE("a burst waits until fewer than load_outstanding are in flight") {
  Chip chip = tiny();
  chip.load_outstanding = 2;
  LoadBench bench(chip);
  const isa::Load load = words(256);
  bench.start(load);
  for (int burst = 0; burst < 2; ++burst) {
    bench.in.burst_accepted = true;
    bench.step();
  }
  for (int beat = 0; beat < 8; ++beat) {
    REQUIRE_FALSE(bench.engine.offer());
    bench.beat(beat == 7);
  }
  CHECK(bench.engine.offer());
}

TEST_CASE("a burst waits until the beat queue has room for all its beats") {
  Chip chip = tiny();
  chip.load_fifo_beats = 16;  // of two bursts
  chip.load_outstanding = 8;
  LoadBench bench(chip);
  const isa::Load load = words(256);
  bench.start(load);
  for (int burst = 0; burst < 2; ++burst) {
    bench.in.burst_accepted = true;
    bench.step();
  }
  // A beat holds two words and is taken two cycles after it arrives, then one in two cycles: the eighth in cycle 5 + 14.
  while (bench.cycle < 20) {
    REQUIRE_FALSE(bench.engine.offer());
    if (bench.cycle < 11) {
      bench.beat(bench.cycle == 10);
    } else {
      bench.step();
    }
  }
  CHECK(bench.engine.offer().beats == 8);
}

TEST_CASE("a word is written in the cycle after its beat was taken, two cycles after the beat arrived") {
  LoadBench bench;
  isa::Load load = words(4);
  load.common.post_mask = 9;
  bench.in.index = 17;
  bench.start(load);
  bench.in.burst_accepted = true;
  bench.step();
  bench.until(10);
  bench.beat(true);
  CHECK(bench.step().wait_memory);          // 11
  CHECK(bench.step().wait_memory);          // 12: the beat is taken
  const EngineStatus& last = bench.step();  // 13
  CHECK(last.busy);
  CHECK(last.retire);
  CHECK(last.retire_index == 17);
  CHECK(last.retire_post_mask == 9);
  CHECK_FALSE(bench.step().retire);
}

TEST_CASE("padding is written at once, a word a cycle, and data when it has come") {
  LoadBench bench;
  isa::Load load = words(4);
  load.pad_top = 2;
  bench.start(load);
  // The instruction is seen by the buffer side two cycles after its start, and taken then.
  CHECK_FALSE(bench.step().busy);  // 1
  CHECK_FALSE(bench.step().busy);  // 2
  CHECK(bench.step().busy);        // 3
  CHECK(bench.step().busy);        // 4
  CHECK(bench.step().wait_memory);
}

TEST_CASE("padding alone asks for nothing") {
  LoadBench bench;
  isa::Load load = words(4);
  load.count[0] = 0;
  load.pad_top = 3;
  bench.start(load);
  for (int i = 1; i < 5; ++i) {
    CHECK_FALSE(bench.engine.offer());
    CHECK_FALSE(bench.step().retire);
  }
  CHECK(bench.step().retire);  // 5: the third word
}

TEST_CASE("a word that loses its bank is tried again in the next cycle") {
  LoadBench bench;
  isa::Load load = words(4);
  load.pad_top = 1;
  bench.start(load);
  bench.until(3);
  for (int i = 0; i < 3; ++i) {
    CHECK(bench.engine.write_bank() == 0);
    bench.in.refused = true;
    const EngineStatus& status = bench.step();
    CHECK(status.wait_port);
    CHECK_FALSE(status.busy);
  }
  CHECK(bench.step().busy);
  CHECK(bench.engine.write_bank() == kNoBank);  // the data has not come
}

TEST_CASE("four instructions wait for the buffer side, the fifth is not taken") {
  LoadBench bench;
  const isa::Load load = words(4);
  int started = 0;
  for (; started < 20 && bench.engine.ready(); ++started) {
    bench.start(load);
    bench.in.burst_accepted = true;
    bench.step();
  }
  CHECK(started == 5);  // one is with the buffer side, four wait
}

TEST_CASE("cycles that are skipped are those that it would have stepped") {
  Chip chip = tiny();
  chip.array_rows = 8;  // a word a beat
  chip.load_fifo_beats = 64;
  chip.load_outstanding = 8;
  const isa::Load load = words(512);
  // All bursts are accepted when offered; from cycle 10 on a beat arrives in every cycle.
  const auto drive = [](LoadBench& bench) {
    bench.in.burst_accepted = static_cast<bool>(bench.engine.offer());
    bench.in.beat_arrived = bench.cycle >= 10 && bench.cycle < 74;
    bench.in.last_beat = bench.in.beat_arrived && (bench.cycle - 10) % 8 == 7;
  };
  LoadBench stepped(chip), skipping(chip);
  stepped.start(load);
  skipping.start(load);
  std::uint64_t skipped = 0;
  while (stepped.cycle < 90) {
    drive(stepped);
    stepped.step();
    if (skipping.cycle < stepped.cycle) {
      drive(skipping);
      skipping.step();
    }
    if (skipping.cycle == stepped.cycle) {
      const std::uint64_t to_last = skipping.cycle < 10 ? 0 : 7 - (skipping.cycle - 10) % 8;
      const std::uint64_t cycles = std::min(skipping.engine.steady_cycles(), to_last);
      skipping.engine.skip(cycles);
      skipping.cycle += cycles;
      skipped += cycles;
      REQUIRE(skipping.engine.status().retire == stepped.engine.status().retire);
      REQUIRE(skipping.engine.status().busy == stepped.engine.status().busy);
    }
  }
  CHECK(skipped > 30);
}

}  // namespace
}  // namespace systole::cycle
