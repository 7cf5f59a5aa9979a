// SPDX-License-Identifier: Apache-2.0
//
// Does the read address channel keep AXI's rules (an offer stays, unchanged, until accepted)? Does
// fetch go before load? Is nothing lost, doubled or reordered within an ID? Is a request taken in
// cycle t on the pins in cycle t + 1?
#include "Vaxi_read_arbiter_32.h"
#include "Vaxi_read_arbiter_40.h"
#include "compare.hpp"

using namespace systole::bench;

namespace {

struct Burst {
  uint64_t id = 0, address = 0, length = 0;
};

template <class Arbiter, int AddressBits>
struct ArbiterBench : Bench {
  using Dut = Arbiter;
  Dut dut{"dut"};
  SYSTOLE_PIN(fetch_valid_i);
  SYSTOLE_PIN(fetch_ready_o);
  SYSTOLE_PIN(fetch_addr_i);
  SYSTOLE_PIN(fetch_len_i);
  SYSTOLE_PIN(load_valid_i);
  SYSTOLE_PIN(load_ready_o);
  SYSTOLE_PIN(load_addr_i);
  SYSTOLE_PIN(load_len_i);
  SYSTOLE_PIN(ar_valid_o);
  SYSTOLE_PIN(ar_ready_i);
  SYSTOLE_PIN(ar_id_o);
  SYSTOLE_PIN(ar_addr_o);
  SYSTOLE_PIN(ar_len_o);

  struct Rates {
    int fetch, load, ready;  // percent
  };
  std::function<Rates(uint64_t)> rates;
  uint64_t cycles_left;
  Random random = random_stream(1);
  HoldCheck hold{*this, "AR"};
  std::optional<Burst> pins;  // what the model has on the channel
  uint64_t taken[2] = {}, accepted[2] = {}, contended = 0, stalled = 0, back_to_back = 0;
  bool accepted_before = false;

  ArbiterBench(uint64_t cycles, std::function<Rates(uint64_t)> next)
      : Bench("bench"), rates(std::move(next)), cycles_left(cycles) {
    dut.clk_i(clk);
    dut.rst_ni(rst_n);
  }

  // A request stays as it is until taken, as the block's two clients keep it.
  template <class Valid, class Address, class Length>
  void drive(Valid& valid, Address& address, Length& length, bool was_taken, int percent) {
    if (valid.get() && !was_taken) return;
    valid.set(random.chance(percent));
    address.set(random.bits(AddressBits));
    length.set(random.bits(8));
  }

  void on_clock() override {
    const bool fetch = fetch_valid_i.get(), load = load_valid_i.get(), ready = ar_ready_i.get();
    expect_equal(*this, "ar_valid_o", pins.has_value(), ar_valid_o.get());
    if (pins) {
      expect_equal(*this, "ar_id_o", pins->id, ar_id_o.get());
      expect_equal(*this, "ar_addr_o", pins->address, ar_addr_o.get());
      expect_equal(*this, "ar_len_o", pins->length, ar_len_o.get());
    }
    hold.on_clock(ar_valid_o.get(), ready,
                  {static_cast<uint32_t>(ar_id_o.get()), static_cast<uint32_t>(ar_addr_o.get()),
                   static_cast<uint32_t>(ar_addr_o.get() >> 32), static_cast<uint32_t>(ar_len_o.get())});
    const bool room = !pins || ready;
    expect_equal(*this, "fetch is taken", fetch && room, fetch && fetch_ready_o.get());
    expect_equal(*this, "load is taken", load && room && !fetch, load && load_ready_o.get());

    stalled += pins && !ready;
    if (pins && ready) {
      ++accepted[pins->id];
      back_to_back += accepted_before;
    }
    accepted_before = pins && ready;
    if (room) {
      pins.reset();
      if (fetch) {
        pins = Burst{0, fetch_addr_i.get(), fetch_len_i.get()};
      } else if (load) {
        pins = Burst{1, load_addr_i.get(), load_len_i.get()};
      }
      if (pins) ++taken[pins->id];
      contended += fetch && load;
    }

    const Rates next = rates(cycle());
    drive(fetch_valid_i, fetch_addr_i, fetch_len_i, fetch && room, next.fetch);
    drive(load_valid_i, load_addr_i, load_len_i, load && room && !fetch, next.load);
    ar_ready_i.set(random.chance(next.ready));
    if (cycles_left-- == 0) finish();
  }
};

template <class Arbiter, int AddressBits>
void random_traffic() {
  using TheBench = ArbiterBench<Arbiter, AddressBits>;
  Random random = random_stream(2);
  typename TheBench::Rates rates{};
  TheBench bench(30000, [&](uint64_t cycle) {
    if (cycle % 50 == 0) {
      constexpr int kRates[] = {0, 10, 50, 100};
      rates = {kRates[random.below(4)], kRates[random.below(4)], kRates[random.below(4)]};
    }
    return rates;
  });
  bench.run(40000);
  for (int id = 0; id < 2; ++id) {
    CHECK(bench.accepted[id] > 2000);
    CHECK(bench.taken[id] - bench.accepted[id] <= 1);
  }
  CHECK(bench.contended > 1000);
  CHECK(bench.stalled > 5000);
}

}  // namespace

TEST_CASE("axi_read_arbiter: random traffic with 40 address bits keeps order and AXI's rules") {
  random_traffic<Vaxi_read_arbiter_40, 40>();
}
TEST_CASE("axi_read_arbiter: random traffic with 32 address bits keeps order and AXI's rules") {
  random_traffic<Vaxi_read_arbiter_32, 32>();
}
TEST_CASE("axi_read_arbiter: a load waits as long as fetches come and then goes at once") {
  using TheBench = ArbiterBench<Vaxi_read_arbiter_40, 40>;
  TheBench bench(200, [](uint64_t cycle) { return TheBench::Rates{cycle % 20 < 10 ? 100 : 0, 100, 100}; });
  bench.run(300);
  CHECK(bench.accepted[0] >= 95);
  CHECK(bench.accepted[1] >= 95);
}
TEST_CASE("axi_read_arbiter: a burst is offered in every cycle when all are accepted") {
  using TheBench = ArbiterBench<Vaxi_read_arbiter_40, 40>;
  TheBench bench(1000, [](uint64_t) { return TheBench::Rates{30, 100, 100}; });
  bench.run(2000);
  CHECK(bench.back_to_back >= 995);
}
