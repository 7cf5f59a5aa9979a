// SPDX-License-Identifier: Apache-2.0
//
// The rules of docs/reference/timing.md, "Store engine", each in its cycle and not one earlier.
#include "cycle/store_engine.hpp"

#include "catch.hpp"
#include "models/cycle/cycle_bench.hpp"

namespace systole::cycle {
namespace {

isa::Store to_activation() {
  isa::Store store;
  store.destination = isa::Destination::kActivation;
  return store;
}

// The engine cycle by cycle: what it gets in a cycle is set before step().
struct StoreBench {
  explicit StoreBench(const Chip& chip = tiny()) : engine(chip) {}
  const StoreEngine::Outputs& step() {
    const StoreEngine::Outputs& out = engine.step(cycle, in);
    in = {};
    ++cycle;
    return out;
  }
  void start(const isa::Store& store) {
    in.started = &store;
    step();
  }
  void until(std::uint64_t end) {
    while (cycle < end) step();
  }

  StoreEngine engine;
  StoreEngine::Inputs in;
  std::uint64_t cycle = 0;
};

TEST_CASE("a result is written eleven cycles after its last tap, and the store retires in the cycle after") {
  StoreBench bench;
  isa::Store store = to_activation();
  store.common.post_mask = 6;
  bench.in.index = 12;
  bench.start(store);
  CHECK(bench.step().busy);  // 1
  for (; bench.cycle < 12;) {
    const StoreEngine::Outputs& out = bench.step();
    REQUIRE_FALSE(out.busy);
    REQUIRE(out.write_bank == kNoBank);
  }
  CHECK(bench.engine.next_cycle() == 12);
  const StoreEngine::Outputs& written = bench.step();  // 12
  CHECK(written.write_bank == 0);
  CHECK_FALSE(written.retire);
  const StoreEngine::Outputs& retired = bench.step();  // 13
  CHECK(retired.retire);
  CHECK(retired.retire_index == 12);
  CHECK(retired.retire_post_mask == 6);
}

TEST_CASE("a window gives its result after its last tap, one tap a cycle") {
  StoreBench bench;
  isa::Store store = to_activation();
  store.window_y = store.window_x = 2;
  bench.start(store);
  for (int tap = 0; tap < 4; ++tap) CHECK(bench.step().busy);  // 1 to 4
  for (; bench.cycle < 15;) REQUIRE(bench.step().write_bank == kNoBank);
  CHECK(bench.step().write_bank == 0);  // 4 + 11
}

TEST_CASE("a tap whose read is refused is tried again in the next cycle") {
  StoreBench bench;
  const isa::Store store = to_activation();
  bench.start(store);
  for (int i = 0; i < 3; ++i) {
    CHECK(bench.engine.reads().accumulator_bank == 0);
    bench.in.refused = true;
    const StoreEngine::Outputs& out = bench.step();
    CHECK(out.wait_port);
    CHECK_FALSE(out.busy);
  }
  CHECK(bench.step().busy);  // 4
  CHECK(bench.engine.next_cycle() == 15);
}

TEST_CASE("the next store starts in the cycle after the last tap, while fewer than four are in flight") {
  StoreBench bench;
  const isa::Store store;  // to DRAM: in flight until its response
  for (int i = 0; i < 4; ++i) {
    REQUIRE(bench.engine.ready());
    bench.start(store);
    REQUIRE_FALSE(bench.engine.ready());
    bench.step();
  }
  CHECK_FALSE(bench.engine.ready());
}

TEST_CASE("a source and a residual in one bank are a conflict") {
  StoreBench bench;
  isa::Store store = to_activation();
  store.source = isa::Source::kActivation;
  store.residual = true;
  bench.start(store);
  CHECK(bench.step().bank_conflict);
  StoreBench other;
  store.residual_base = tiny().activation_bank_words * 2;  // groups: the next bank
  other.start(store);
  CHECK(other.engine.reads().source_bank == 0);
  CHECK(other.engine.reads().residual_bank == 1);
  const StoreEngine::Outputs& out = other.step();
  CHECK_FALSE(out.bank_conflict);
  CHECK(out.busy);
}

TEST_CASE("a burst's AW follows its last beat by a cycle, its data the AW, its retirement the response") {
  StoreBench bench;
  isa::Store store;
  store.dst_base = 0x40;
  bench.start(store);  // tap in cycle 1, group queue in 12, packer in 13
  while (bench.cycle < 14) {
    REQUIRE_FALSE(bench.engine.drive().aw_valid);
    bench.step();
  }
  StoreEngine::Offers offers = bench.engine.drive();
  REQUIRE(offers.aw_valid);
  CHECK(offers.aw.address == 0x40);
  CHECK(offers.aw.beats == 1);
  bench.until(16);
  CHECK(bench.engine.drive().aw_valid);
  CHECK_FALSE(bench.engine.drive().w_valid);
  bench.in.aw_ready = true;
  bench.step();  // 16
  offers = bench.engine.drive();
  CHECK_FALSE(offers.aw_valid);
  CHECK(offers.w_valid);
  CHECK(offers.w_last);
  bench.in.w_ready = true;
  CHECK(bench.step().beat_sent);  // 17
  CHECK_FALSE(bench.engine.drive().w_valid);
  bench.until(30);
  bench.in.b_valid = true;
  CHECK_FALSE(bench.step().retire);  // 30
  CHECK(bench.step().retire);        // 31
}

TEST_CASE("the outer loop goes on without a cycle in between, in the taps and in the bursts") {
  StoreBench bench;
  isa::Store store;
  store.count = {1, 2, 1, 1, 3};
  store.source_stride = {0, 0, 0, 0, static_cast<std::int32_t>(tiny().accumulator_rows * 2)};
  store.dst_base = 1ull << 34;
  store.dst_stride = {0x100, 0, 0, 0x1000};
  bench.start(store);
  for (const int bank : {0, 0, 1, 1, 0, 0}) {
    CHECK(bench.engine.reads().accumulator_bank == bank);
    CHECK(bench.step().busy);
  }
  CHECK_FALSE(bench.step().busy);
  bench.until(30);  // all beats have come
  for (const std::uint64_t address : {0x0, 0x100, 0x1000, 0x1100, 0x2000, 0x2100}) {
    REQUIRE(bench.engine.drive().aw_valid);
    CHECK(bench.engine.drive().aw.address == (1ull << 34) + address);
    CHECK(bench.engine.drive().aw.last == (address == 0x2100));
    bench.in.aw_ready = true;
    bench.step();
    bench.in.w_ready = true;
    bench.step();
    bench.in.b_valid = true;
    bench.step();
  }
}

TEST_CASE("a burst ends at every multiple of the burst size, and store_outstanding of them wait for a response") {
  Chip chip = tiny();
  chip.store_outstanding = 1;
  StoreBench bench(chip);
  isa::Store store;
  store.count[0] = 40;  // 80 bytes: a burst of 64 and one of 16
  store.source_stride[0] = 1;
  bench.start(store);
  while (!bench.engine.drive().aw_valid) bench.step();
  CHECK(bench.engine.drive().aw.beats == 8);
  bench.in.aw_ready = true;
  bench.step();
  for (int i = 0; i < 60; ++i) {
    REQUIRE_FALSE(bench.engine.drive().aw_valid);
    bench.in.w_ready = true;
    bench.step();
  }
  bench.in.b_valid = true;
  bench.step();
  REQUIRE(bench.engine.drive().aw_valid);
  CHECK(bench.engine.drive().aw.beats == 2);
  CHECK(bench.engine.drive().aw.last);
}

TEST_CASE("results for DRAM reserve their room in the group queue before they are issued") {
  Chip chip = tiny();
  chip.store_fifo_groups = 16;
  StoreBench bench(chip);
  isa::Store store;
  store.count[0] = 400;
  store.source_stride[0] = 1;
  bench.start(store);
  std::uint64_t issued = 0;
  while (bench.cycle < 400) issued += bench.step().busy;  // memory takes nothing
  // Full are the group queue and, at a beat of 8 bytes for four groups, the 16 beats of the beat queue.
  CHECK(issued == 16 + 16 * 4);
  CHECK(bench.step().wait_memory);
}

}  // namespace
}  // namespace systole::cycle
