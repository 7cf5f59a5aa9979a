// SPDX-License-Identifier: Apache-2.0
//
// Do groups become exactly the beats and bursts of their runs, whatever byte a run starts and ends
// at, with no cycle lost?
#include "Vstore_packer.h"
#include "cycle/store_engine.hpp"
#include "rtl/chip_parameters.hpp"
#include "rtl/pins.hpp"
#include "rtl/store/store_stimulus.hpp"

using namespace systole;
using namespace systole::bench;

namespace {

constexpr uint64_t kAxiBytes = SYSTOLE_AxiDataBits / 8, kLanes = SYSTOLE_Lanes;
constexpr uint64_t kAddressMask = (uint64_t{1} << 40) - 1;

Chip chip_of_bench() {
  Chip chip = default_chip();
  chip.post_lanes = SYSTOLE_Lanes;
  chip.axi_data_bits = SYSTOLE_AxiDataBits;
  chip.axi_burst_bytes = SYSTOLE_BurstBytes;
  return chip;
}

struct Item {
  isa::Store store;
  uint64_t base;
};

struct Beat {
  std::vector<uint8_t> bytes;
  uint64_t strobes;
  bool last;  // of its burst: the next three count
  uint64_t address, length;
  bool ends_instruction;
};

struct PackerBench : Bench {
  using Dut = Vstore_packer;
  Dut dut{"dut"};
  SYSTOLE_PIN(valid_i);
  SYSTOLE_PIN(ready_o);
  SYSTOLE_PIN(instruction_i);
  SYSTOLE_PIN(base_i);
  SYSTOLE_PIN(group_valid_i);
  SYSTOLE_PIN(group_ready_o);
  SYSTOLE_PIN(group_data_i);
  SYSTOLE_PIN(beat_valid_o);
  SYSTOLE_PIN(beat_ready_i);
  SYSTOLE_PIN(beat_data_o);
  SYSTOLE_PIN(beat_strb_o);
  SYSTOLE_PIN(beat_last_o);
  SYSTOLE_PIN(burst_valid_o);
  SYSTOLE_PIN(burst_ready_i);
  SYSTOLE_PIN(burst_addr_o);
  SYSTOLE_PIN(burst_len_o);
  SYSTOLE_PIN(burst_last_o);

  Random random = random_stream(510);
  cycle::StorePacker model{chip_of_bench()};
  StreamDriver<Item> instructions;
  StreamDriver<Words> groups;
  int ready_percent;
  std::deque<Item> waiting;
  std::deque<Beat> expected;
  uint64_t beats = 0, bursts = 0, first_take = 0, last_beat = 0, taken = 0;
  uint64_t full_speed_cycles = 0;  // groups (raw: four chunks each) and flushes

  PackerBench(int instruction_percent, int group_percent, int ready)
      : Bench("bench"),
        instructions(
            valid_i, ready_o,
            [this](const Item& item) {
              instruction_i.set_words(isa::encode(item.store));
              base_i.set(item.base);
            },
            random_stream(511), instruction_percent),
        groups(
            group_valid_i, group_ready_o, [this](const Words& group) { group_data_i.set_words(group); },
            random_stream(512), group_percent),
        ready_percent(ready) {
    dut.clk_i(clk);
    dut.rst_ni(rst_n);
  }

  void push(const isa::Store& store, uint64_t base) {
    instructions.push({store, base});
    waiting.push_back({store, base});
    const auto step = [](uint64_t count, int32_t stride) { return count * static_cast<uint64_t>(int64_t{stride}); };
    for (uint64_t i4 = 0; i4 < store.count[4]; ++i4)
      for (uint64_t i3 = 0; i3 < store.count[3]; ++i3)
        for (uint64_t i2 = 0; i2 < store.count[2]; ++i2)
          for (uint64_t i1 = 0; i1 < store.count[1]; ++i1) {
            std::vector<uint8_t> run;
            for (uint64_t g = 0; g < uint64_t{store.count[0]} * store.groups; ++g) {
              Words group(kLanes);
              for (auto& lane : group) {
                lane = static_cast<uint32_t>(random.bits(32));
                for (int byte = 0; byte < (store.raw ? 4 : 1); ++byte)
                  run.push_back(static_cast<uint8_t>(lane >> (8 * byte)));
              }
              groups.push(group);
            }
            push_run(run, (base + store.dst_base + step(i4, store.dst_stride[3]) + step(i3, store.dst_stride[2]) +
                           step(i2, store.dst_stride[1]) + step(i1, store.dst_stride[0])) &
                              kAddressMask);
          }
    expected.back().ends_instruction = true;
  }

  void push_run(const std::vector<uint8_t>& run, uint64_t address) {
    const uint64_t chunks = run.size() / kLanes;
    // The last group spills into one more beat: a cycle without a group.
    const uint64_t end = (address + run.size()) % kAxiBytes;
    full_speed_cycles += chunks + (end != 0 && end < kLanes ? 1 : 0);
    uint64_t burst_address = address / kAxiBytes * kAxiBytes, burst_beats = 0;
    for (uint64_t at = burst_address; at < address + run.size(); at += kAxiBytes) {
      Beat beat{std::vector<uint8_t>(kAxiBytes), 0, false, 0, 0, false};
      for (uint64_t i = 0; i < kAxiBytes; ++i) {
        if (at + i < address || at + i >= address + run.size()) continue;
        beat.bytes[i] = run[at + i - address];
        beat.strobes |= uint64_t{1} << i;
      }
      ++burst_beats;
      const uint64_t next = at + kAxiBytes;
      if (next % SYSTOLE_BurstBytes == 0 || next >= address + run.size()) {
        beat.last = true;
        beat.address = burst_address & kAddressMask;
        beat.length = burst_beats;
        burst_address = next;
        burst_beats = 0;
      }
      expected.push_back(beat);
    }
  }

  void on_clock() override {
    const bool room = beat_ready_i.read() && burst_ready_i.read();
    const auto out = model.evaluate(group_valid_i.read(), room);
    equal("ready_o", ready_o.read(), !model.active() || out.instruction_end);
    equal("beat_valid_o", beat_valid_o.read(), out.push_beat);
    equal("burst_valid_o", burst_valid_o.read(), out.burst);
    equal("group taken", group_valid_i.read() && group_ready_o.read(), out.take_group);
    if (beat_valid_o.read()) check_beat();
    model.end_cycle(out);
    if (out.instruction_end) model.finish();
    groups.on_clock();
    if (instructions.on_clock()) {
      if (taken++ == 0) first_take = cycle();
      model.take(waiting.front().store, waiting.front().base);
      waiting.pop_front();
    }
    beat_ready_i.write(random.chance(ready_percent));
    burst_ready_i.write(random.chance(ready_percent));
    if (expected.empty()) finish();
  }

  void check_beat() {
    if (expected.empty()) {
      fail("a beat too many");
      return;
    }
    const Beat beat = expected.front();
    expected.pop_front();
    ++beats;
    last_beat = cycle();
    equal("beat_strb_o", beat_strb_o.get(), beat.strobes);
    equal("beat_last_o", beat_last_o.read(), beat.last);
    equal("burst_valid_o", burst_valid_o.read(), beat.last);
    const auto bytes = beat_data_o.bytes(kAxiBytes);
    for (uint64_t i = 0; i < kAxiBytes; ++i) {
      if (beat.strobes >> i & 1) equal("a byte of beat_data_o", bytes[i], beat.bytes[i]);
    }
    if (!beat.last) return;
    ++bursts;
    equal("burst_addr_o", burst_addr_o.get(), beat.address);
    equal("burst_len_o", burst_len_o.get() + 1, beat.length);
    equal("burst_last_o", burst_last_o.read(), beat.ends_instruction);
    check_burst(*this, "AW", burst_addr_o.get(), burst_len_o.get() + 1, kAxiBytes, SYSTOLE_BurstBytes);
  }

  void equal(const char* what, uint64_t actual, uint64_t wanted) {
    if (actual != wanted) fail(fmt::format("{} is {:#x}, expected {:#x}, beat {}", what, actual, wanted, beats));
  }
};

isa::Store random_dram_store(Random& random) {
  isa::Store store = random_store(random);
  store.destination = isa::Destination::kDram;
  store.raw = random.chance(40);
  if (random.chance(10)) store.count[0] = 60;
  if (random.chance(50)) store.dst_base &= ~uint64_t{SYSTOLE_BurstBytes - 1};
  return store;
}

// A run that ends past the last address of DRAM would wrap in the middle: the bench does not go there.
uint64_t random_base(Random& random) { return (uint64_t{1} << 36) + random.bits(38); }

}  // namespace

TEST_CASE("random runs, raw and not, become their bytes, strobes and bursts, with stalls on every side") {
  PackerBench bench(60, 70, 70);
  for (int i = 0; i < 300; ++i) bench.push(random_dram_store(bench.random), random_base(bench.random));
  bench.run(500000);
  REQUIRE(bench.bursts > 1000);
}

TEST_CASE("every start byte with every number of groups ends in the right strobes") {
  PackerBench bench(100, 100, 100);
  for (uint64_t offset = 0; offset < kAxiBytes; ++offset) {
    for (uint16_t groups = 1; groups <= 2 * kAxiBytes / kLanes + 1; ++groups) {
      isa::Store store;
      store.groups = groups;
      store.raw = groups % 3 == 0;
      store.dst_base = SYSTOLE_BurstBytes - kAxiBytes + offset;
      bench.push(store, 0);
    }
  }
  bench.run(100000);
  REQUIRE(bench.bursts > 0);
}

TEST_CASE("without stalls a group passes every cycle, a raw group in four, and a spill at a run's end costs one") {
  PackerBench bench(100, 100, 100);
  for (int i = 0; i < 200; ++i) bench.push(random_dram_store(bench.random), random_base(bench.random));
  const uint64_t cycles = bench.full_speed_cycles;
  bench.run(200000);
  REQUIRE(bench.last_beat - bench.first_take == cycles);
}
