// SPDX-License-Identifier: Apache-2.0
//
// Does the address side of the load engine request exactly the bytes of its runs? Are the bursts cut
// where they must be, and is each offered in the first cycle that the header's rules allow?
#include "Vload_request.h"
#include "cycle/load_engine.hpp"
#include "rtl/chip_parameters.hpp"
#include "rtl/load/load_stimulus.hpp"
#include "rtl/pins.hpp"

using namespace systole;
using namespace systole::bench;

namespace {

constexpr uint64_t kAddressMask = (uint64_t{1} << 40) - 1;

Chip chip_of_bench() {
  Chip chip = default_chip();
  chip.axi_data_bits = SYSTOLE_AxiDataBits;
  chip.axi_burst_bytes = SYSTOLE_BurstBytes;
  chip.load_outstanding = SYSTOLE_Outstanding;
  chip.load_fifo_beats = SYSTOLE_FifoBeats;
  return chip;
}

struct Burst {
  uint64_t address, beats;
  bool starts_run;
  uint64_t run_offset;
  isa::Load load;
};

struct RequestBench : Bench {
  using Dut = Vload_request;
  Dut dut{"dut"};
  SYSTOLE_PIN(ready_o);
  SYSTOLE_PIN(start_i);
  SYSTOLE_PIN(instruction_i);
  SYSTOLE_PIN(base_i);
  SYSTOLE_PIN(ar_valid_o);
  SYSTOLE_PIN(ar_ready_i);
  SYSTOLE_PIN(ar_addr_o);
  SYSTOLE_PIN(ar_len_o);
  SYSTOLE_PIN(run_valid_o);
  SYSTOLE_PIN(run_offset_o);
  SYSTOLE_PIN(run_bytes_o);
  SYSTOLE_PIN(run_buffer_o);
  SYSTOLE_PIN(run_diagonal_o);
  SYSTOLE_PIN(run_pad_value_o);
  SYSTOLE_PIN(r_last_i);
  SYSTOLE_PIN(beat_taken_i);

  Chip chip = chip_of_bench();
  Random random = random_stream(300);
  cycle::LoadRequest model{chip};
  HoldCheck hold{*this, "AR"};

  std::deque<std::pair<isa::Load, uint64_t>> loads;  // with their base
  int start_percent = 100, ar_percent = 100, r_percent = 100, take_percent = 100;
  std::deque<Burst> expected;   // of the started instruction
  std::deque<uint64_t> memory;  // beats left of each accepted burst
  uint64_t fifo = 0, room = SYSTOLE_FifoBeats;
  uint64_t bursts = 0, limited_by_outstanding = 0, limited_by_room = 0;
  uint64_t last_burst_cycle = 0, first_start_cycle = 0, starts = 0;
  bool started_before = false;  // in the cycle before: nothing is offered in the cycle of a start

  RequestBench() : Bench("bench") {
    dut.clk_i(clk);
    dut.rst_ni(rst_n);
  }

  void on_clock() override {
    // The cycle that ends here, first by the header's own words.
    const uint64_t in_flight = memory.size();
    const bool wants = !expected.empty();
    const bool may = wants && in_flight < chip.load_outstanding && expected.front().beats <= room;
    if (wants && in_flight == chip.load_outstanding) ++limited_by_outstanding;
    if (wants && !may && in_flight < chip.load_outstanding) ++limited_by_room;
    if (ar_valid_o.read() != may) fail(fmt::format("ar_valid_o is {}", ar_valid_o.read()));
    if (ready_o.read() == wants) fail(fmt::format("ready_o is {}", ready_o.read()));
    if (ready_o.read() != model.ready()) fail("ready_o differs from the cycle model");
    const auto offer = model.offer();
    if (static_cast<bool>(offer) != ar_valid_o.read()) fail("AR differs from the cycle model");
    hold.on_clock(ar_valid_o.read(), ar_ready_i.read(),
                  {static_cast<uint32_t>(ar_addr_o.get()), static_cast<uint32_t>(ar_addr_o.get() >> 32),
                   static_cast<uint32_t>(ar_len_o.get())});
    const bool accepted = ar_valid_o.read() && ar_ready_i.read();
    bool run = false;
    uint64_t beats = 0;
    if (ar_valid_o.read() && may) {
      const Burst& burst = expected.front();
      beats = ar_len_o.get() + 1;
      check_burst(*this, "AR", ar_addr_o.get(), beats, chip.axi_bytes(), chip.axi_burst_bytes);
      if (ar_addr_o.get() != burst.address || beats != burst.beats) {
        fail(fmt::format("burst {} at {:#x}, {} beats: expected {:#x}, {} beats", bursts, ar_addr_o.get(), beats,
                         burst.address, burst.beats));
      }
      if (offer && (offer.address != burst.address || offer.beats != burst.beats)) {
        fail("the cycle model's burst is another");
      }
      run = accepted && burst.starts_run;
      if (run && (run_offset_o.get() != burst.run_offset || run_bytes_o.get() != burst.load.run_bytes ||
                  run_buffer_o.get() != static_cast<uint64_t>(burst.load.buffer) ||
                  run_diagonal_o.read() != burst.load.diagonal || run_pad_value_o.get() != burst.load.pad_value)) {
        fail(fmt::format("the run of burst {} is described wrongly", bursts));
      }
    }
    if (run_valid_o.read() != run) fail(fmt::format("run_valid_o is {}", run_valid_o.read()));
    if (accepted && offer && model.accept().has_value() != run) fail("the cycle model's run differs");
    model.end_cycle(r_last_i.read(), beat_taken_i.read());
    if (r_last_i.read()) memory.pop_front();
    if (beat_taken_i.read()) ++room;
    if (accepted && may) {
      room -= beats;
      memory.push_back(beats);
      expected.pop_front();
      ++bursts;
      last_burst_cycle = cycle();
    }
    if (start_i.read()) start();
    drive();
    if (loads.empty() && !start_i.read() && !start_next && expected.empty() && memory.empty() && fifo == 0) finish();
  }

  void start() {
    const auto& [load, base] = loads.front();
    if (starts++ == 0) first_start_cycle = cycle();
    model.start(load, base, word_bytes(chip, load.buffer));
    for_each_row(load, base, [&, &load_ = load](bool is_data, uint64_t, uint64_t src) {
      if (!is_data) return;
      uint64_t address = src & kAddressMask, left = load_.run_bytes;
      const uint64_t offset = address % chip.axi_bytes();
      for (bool first = true; left > 0; first = false) {
        const uint64_t bytes = std::min<uint64_t>(left, chip.axi_burst_bytes - address % chip.axi_burst_bytes);
        const uint64_t aligned = address / chip.axi_bytes() * chip.axi_bytes();
        expected.push_back(
            {aligned, (address + bytes - aligned + chip.axi_bytes() - 1) / chip.axi_bytes(), first, offset, load_});
        address = (address + bytes) & kAddressMask;
        left -= bytes;
      }
    });
    loads.pop_front();
  }

  // Inputs of the next cycle. The FIFO behind: a beat that arrives in a cycle is taken later.
  bool start_next = false;
  void drive() {
    start_next = expected.empty() && !loads.empty() && random.chance(start_percent);
    start_i.write(start_next);
    if (start_next) {
      instruction_i.set_words(isa::encode(loads.front().first));
      base_i.set(loads.front().second);
    }
    ar_ready_i.write(random.chance(ar_percent));
    const bool take = fifo > 0 && random.chance(take_percent);
    beat_taken_i.write(take);
    bool last = false;
    if (!memory.empty() && random.chance(r_percent)) {
      ++fifo;
      last = --memory.front() == 0;
    }
    if (take) --fifo;
    r_last_i.write(last);
    if (fifo > chip.load_fifo_beats) fail("more beats than the FIFO holds");
  }
};

uint64_t random_base(Random& random) { return random.chance(30) ? kAddressMask - random.below(5000) : random.bits(40); }

}  // namespace

TEST_CASE(
    "bursts cover the runs, end at every multiple of the burst size, and go out as early as room and the outstanding "
    "limit allow") {
  RequestBench bench;
  for (int i = 0; i < 400; ++i) {
    bench.loads.emplace_back(random_load(bench.random, bench.chip, {700, 4, 2, 0}), random_base(bench.random));
  }
  bench.start_percent = 60;
  bench.ar_percent = 70;
  bench.r_percent = 80;
  bench.take_percent = 85;
  bench.run(400000);
  REQUIRE(bench.bursts > 1000);
  REQUIRE(bench.limited_by_outstanding > 100);
  REQUIRE(bench.limited_by_room > 10);
}

TEST_CASE(
    "a memory that answers late meets the outstanding limit, a packer that takes late the room limit, both tight") {
  RequestBench bench;
  for (int i = 0; i < 60; ++i) {
    bench.loads.emplace_back(random_load(bench.random, bench.chip, {1500, 3, 0, 0}), random_base(bench.random));
  }
  bench.r_percent = 25;
  bench.take_percent = 22;
  bench.run(400000);
  REQUIRE(bench.limited_by_outstanding > 100);
  REQUIRE(bench.limited_by_room > 100);
}

TEST_CASE("with nothing in the way a burst goes out every cycle from the one after the start") {
  RequestBench bench;
  isa::Load load;
  load.run_bytes = 3;
  load.count = {25, 4, 5, 2};
  load.dram_stride = {SYSTOLE_BurstBytes, -1000, 12345, 1 << 30};
  load.dram_offset = 1;
  bench.loads.emplace_back(load, 0x8000);
  bench.run(5000);
  // One beat a burst and one beat back a cycle, seen two cycles after its burst.
  REQUIRE(bench.bursts >= 1000);
  REQUIRE(bench.last_burst_cycle == bench.first_start_cycle + bench.bursts);
}

TEST_CASE("rows of padding alone ask for nothing, and the next instruction starts right away") {
  RequestBench bench;
  isa::Load load;
  load.count = {0, 3, 2};
  load.pad_top = 5;
  for (int i = 0; i < 20; ++i) bench.loads.emplace_back(load, 0);
  bench.run(1000);
  REQUIRE(bench.bursts == 0);
  REQUIRE(bench.starts == 20);
}
