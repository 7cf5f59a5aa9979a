// SPDX-License-Identifier: Apache-2.0
//
// Does each burst go out as early as the outstanding limit allows, its data never before its
// address, and is the last response of an instruction told apart?
#include "Vstore_writer.h"
#include "rtl/pins.hpp"

using namespace systole::bench;

namespace {

struct Burst {
  uint64_t address, beats;
  bool last;
};

struct WriterBench : Bench {
  using Dut = Vstore_writer;
  Dut dut{"dut"};
  SYSTOLE_PIN(burst_valid_i);
  SYSTOLE_PIN(burst_ready_o);
  SYSTOLE_PIN(burst_addr_i);
  SYSTOLE_PIN(burst_len_i);
  SYSTOLE_PIN(burst_last_i);
  SYSTOLE_PIN(beat_valid_i);
  SYSTOLE_PIN(beat_ready_o);
  SYSTOLE_PIN(aw_valid_o);
  SYSTOLE_PIN(aw_ready_i);
  SYSTOLE_PIN(aw_addr_o);
  SYSTOLE_PIN(aw_len_o);
  SYSTOLE_PIN(w_valid_o);
  SYSTOLE_PIN(w_ready_i);
  SYSTOLE_PIN(b_valid_i);
  SYSTOLE_PIN(complete_o);

  Random random = random_stream(520);
  StreamDriver<Burst> bursts;
  StreamDriver<int> beats;
  HoldCheck hold_aw{*this, "AW"}, hold_w{*this, "W"};
  int ready_percent, b_percent;
  std::deque<Burst> to_accept, no_data, no_response;  // AW to come, W to come, B to come
  uint64_t owed = 0;                                  // beats of accepted bursts, not sent
  uint64_t in_flight = 0, completed = 0, sent = 0, limited = 0, total = 0, first_aw = 0, last_w = 0;

  WriterBench(int burst_percent, int beat_percent, int ready, int b)
      : Bench("bench"),
        bursts(
            burst_valid_i, burst_ready_o,
            [this](const Burst& burst) {
              burst_addr_i.set(burst.address);
              burst_len_i.set(burst.beats - 1);
              burst_last_i.write(burst.last);
            },
            random_stream(521), burst_percent),
        beats(
            beat_valid_i, beat_ready_o, [](const int&) {}, random_stream(522), beat_percent),
        ready_percent(ready),
        b_percent(b) {
    dut.clk_i(clk);
    dut.rst_ni(rst_n);
  }

  void push(const Burst& burst) {
    bursts.push(burst);
    to_accept.push_back(burst);
    for (uint64_t i = 0; i < burst.beats; ++i) beats.push(0);
    total += burst.beats;
  }

  void on_clock() override {
    const bool may_aw = burst_valid_i.read() && in_flight < SYSTOLE_Outstanding;
    if (burst_valid_i.read() && !may_aw) ++limited;
    equal("aw_valid_o", aw_valid_o.read(), may_aw);
    equal("w_valid_o", w_valid_o.read(), beat_valid_i.read() && owed > 0);
    hold_aw.on_clock(aw_valid_o.read(), aw_ready_i.read(),
                     {static_cast<uint32_t>(aw_addr_o.get()), static_cast<uint32_t>(aw_len_o.get())});
    hold_w.on_clock(w_valid_o.read(), w_ready_i.read(), {});
    const bool aw = aw_valid_o.read() && aw_ready_i.read(), w = w_valid_o.read() && w_ready_i.read();
    equal("burst_ready_o", burst_valid_i.read() && burst_ready_o.read(), aw);
    equal("beat_ready_o", beat_valid_i.read() && beat_ready_o.read(), w);
    equal("complete_o", complete_o.read(), b_valid_i.read() && no_response.front().last);
    completed += complete_o.read();
    if (b_valid_i.read()) {
      no_response.pop_front();
      --in_flight;
    }
    if (w) {
      --owed;
      ++sent;
      last_w = cycle();
      if (--no_data.front().beats == 0) {
        no_response.push_back(no_data.front());
        no_data.pop_front();
      }
    }
    if (aw) {
      if (sent == 0 && owed == 0) first_aw = cycle();
      const Burst burst = to_accept.front();
      to_accept.pop_front();
      equal("aw_addr_o", aw_addr_o.get(), burst.address);
      equal("aw_len_o", aw_len_o.get() + 1, burst.beats);
      no_data.push_back(burst);
      owed += burst.beats;
      ++in_flight;
    }
    bursts.on_clock();
    beats.on_clock();
    aw_ready_i.write(random.chance(ready_percent));
    w_ready_i.write(random.chance(ready_percent));
    b_valid_i.write(!no_response.empty() && random.chance(b_percent));
    if (to_accept.empty() && in_flight == 0) finish();
  }

  void equal(const char* what, uint64_t actual, uint64_t wanted) {
    if (actual != wanted) fail(fmt::format("{} is {:#x}, expected {:#x}, {} beats sent", what, actual, wanted, sent));
  }
};

uint64_t push_random(WriterBench& bench, int count, int64_t longest) {
  uint64_t last = 0;
  for (int i = 0; i < count; ++i) {
    const Burst burst{bench.random.bits(40), static_cast<uint64_t>(bench.random.between(1, longest)),
                      bench.random.chance(30)};
    last += burst.last;
    bench.push(burst);
  }
  return last;
}

}  // namespace

TEST_CASE("random bursts go out in order, data after its address, never more in flight than allowed") {
  WriterBench bench(60, 70, 60, 20);
  const uint64_t last = push_random(bench, 3000, 8);
  bench.run(500000);
  REQUIRE(bench.sent == bench.total);
  REQUIRE(bench.completed == last);
  REQUIRE(bench.limited > 100);
}

TEST_CASE("slow responses hold the writer at exactly the outstanding limit") {
  WriterBench bench(100, 100, 100, 5);
  push_random(bench, 500, 3);
  bench.run(500000);
  REQUIRE(bench.limited > 1000);
}

TEST_CASE("bursts of 256 beats keep W busy in every cycle from the one after the first AW") {
  WriterBench bench(100, 100, 100, 100);
  for (int i = 0; i < 20; ++i) bench.push({static_cast<uint64_t>(i) * 4096, 256, i == 19});
  bench.run(20000);
  REQUIRE(bench.last_w - bench.first_aw == 20 * 256);
  REQUIRE(bench.completed == 1);
}
