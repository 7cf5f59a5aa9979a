// SPDX-License-Identifier: Apache-2.0
//
// Does the fetch request each instruction once, in order, one burst a cycle from the cycle after the
// start, and never more than it has room for? Is an instruction there exactly two cycles after its
// last beat?
#include "Vinstruction_fetch_1024x2.h"
#include "Vinstruction_fetch_32x8.h"
#include "Vinstruction_fetch_64x4.h"
#include "command/fetch_model.hpp"

using namespace systole::bench;

namespace {

struct Setting {
  MemoryRates memory;
  int take_percent = 100;
};

template <class Fetch, int DataBits, int AddressBits, int Depth>
struct FetchBench : Bench {
  using Dut = Fetch;
  Dut dut{"dut"};
  SYSTOLE_PIN(start_i);
  SYSTOLE_PIN(program_base_i);
  SYSTOLE_PIN(program_count_i);
  SYSTOLE_PIN(ar_valid_o);
  SYSTOLE_PIN(ar_ready_i);
  SYSTOLE_PIN(ar_addr_o);
  SYSTOLE_PIN(ar_len_o);
  SYSTOLE_PIN(r_valid_i);
  SYSTOLE_PIN(r_data_i);
  SYSTOLE_PIN(valid_o);
  SYSTOLE_PIN(ready_i);
  SYSTOLE_PIN(instruction_o);
  SYSTOLE_PIN(fetched_o);

  std::vector<Setting> programs;  // one after the other
  size_t max_length;
  Random random = random_stream(1);
  FetchMemory memory{*this, DataBits, 2};
  FetchModel model{DataBits, Depth};
  std::vector<Words> program;
  Setting setting;
  size_t next_program = 0;
  bool started = false;
  uint64_t done = 0, most_in_flight = 0, room_waits = 0;
  uint64_t back_to_back = 0;
  bool accepted_before = false;

  FetchBench(std::vector<Setting> all, size_t length) : Bench("bench"), programs(std::move(all)), max_length(length) {
    dut.clk_i(clk);
    dut.rst_ni(rst_n);
  }

  void on_clock() override {
    expect_equal(*this, "ar_valid_o", model.offers(), ar_valid_o.get());
    expect_equal(*this, "valid_o", model.valid(cycle()), valid_o.get());
    expect_equal(*this, "fetched_o", model.received(), fetched_o.get());
    if (model.valid(cycle())) {
      expect_words(*this, "instruction_o", program[model.taken()], instruction_o.words());
    }
    const bool accepted = memory.on_address(ar_valid_o.get(), ar_ready_i.get(), ar_addr_o.get(), ar_len_o.get(),
                                            cycle(), setting.memory.latency);
    const bool taken = model.valid(cycle()) && ready_i.get();
    room_waits += !model.offers() && model.in_flight() == Depth;
    back_to_back += accepted && accepted_before;
    accepted_before = accepted;
    model.step(cycle(), accepted, r_valid_i.get(), taken);
    most_in_flight = std::max(most_in_flight, model.in_flight());
    if (start_i.get()) model.start(program.size());
    done += taken;
    if (started && model.taken() == program.size()) started = false;

    start_i.set(false);
    if (!started) {
      if (next_program == programs.size()) {
        finish();
        return;
      }
      started = true;
      setting = programs[next_program++];
      program.clear();
      const size_t length = 1 + random.below(max_length);
      for (size_t i = 0; i < length; ++i) program.push_back(random_words(random, kInstructionBits));
      const uint64_t base = random.bits(AddressBits - 8) * kInstructionBytes;
      memory.start(base, program);
      start_i.set(true);
      program_base_i.set(base);
      program_count_i.set(program.size());
    }
    ar_ready_i.set(random.chance(setting.memory.accept));
    const auto beat = memory.next_beat(cycle() + 1, setting.memory.beat);
    r_valid_i.set(beat.has_value());
    r_data_i.set_words(beat ? *beat : random_words(random, DataBits));
    ready_i.set(random.chance(setting.take_percent));
  }
};

template <class Fetch, int DataBits, int AddressBits, int Depth>
void random_programs() {
  Random random = random_stream(5);
  std::vector<Setting> programs;
  constexpr int kRates[] = {10, 50, 100, 100};
  for (int i = 0; i < 150; ++i) {
    programs.push_back({{kRates[random.below(4)], kRates[random.below(4)], static_cast<int>(random.between(1, 12))},
                        kRates[random.below(4)]});
  }
  FetchBench<Fetch, DataBits, AddressBits, Depth> bench(programs, 20);
  bench.run(1000000);
  CHECK(bench.done > 800);
  CHECK(bench.most_in_flight == Depth);
  CHECK(bench.room_waits > 1000);
}

}  // namespace

TEST_CASE("instruction_fetch: 16 beats an instruction and 4 in flight follow the stated timing") {
  random_programs<Vinstruction_fetch_64x4, 64, 40, 4>();
}
TEST_CASE("instruction_fetch: 32 beats an instruction and 8 in flight follow the stated timing") {
  random_programs<Vinstruction_fetch_32x8, 32, 32, 8>();
}
TEST_CASE("instruction_fetch: 1 beat an instruction and 2 in flight follow the stated timing") {
  random_programs<Vinstruction_fetch_1024x2, 1024, 64, 2>();
}
TEST_CASE("instruction_fetch: bursts go out in every cycle until as many as fit are in flight") {
  // Nothing comes back for 100 cycles: Depth bursts, one a cycle, then none.
  FetchBench<Vinstruction_fetch_32x8, 32, 32, 8> bench(std::vector<Setting>(5, Setting{{100, 100, 100}, 100}), 200);
  bench.run(100000);
  CHECK(bench.most_in_flight == 8);
  CHECK(bench.back_to_back > 20);
}
TEST_CASE("instruction_fetch: a reader that never waits gets an instruction every 16 beats") {
  FetchBench<Vinstruction_fetch_64x4, 64, 40, 4> bench({Setting{{100, 100, 1}, 100}}, 200);
  bench.run(100000);
  CHECK(bench.cycle() < bench.done * 16 + 20);
}
