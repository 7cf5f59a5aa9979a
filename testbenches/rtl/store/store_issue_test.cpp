// SPDX-License-Identifier: Apache-2.0
//
// Is every tap of the loop nest issued once, in order, with the right addresses, in the first cycle
// in which its ports and the group FIFO allow it?
#include "Vstore_issue.h"
#include "cycle/store_engine.hpp"
#include "rtl/chip_parameters.hpp"
#include "rtl/pins.hpp"
#include "rtl/store/store_stimulus.hpp"

using namespace systole;
using namespace systole::bench;

namespace {

// As in the default chip: two groups a word and a row.
constexpr uint32_t kActivationMask = 2047, kAccumulatorMask = 255, kParameterMask = 63, kBankGroups = 512;

Chip chip_of_bench() {
  Chip chip = default_chip();
  chip.store_fifo_groups = SYSTOLE_FifoGroups;
  return chip;
}

struct IssueBench : Bench {
  using Dut = Vstore_issue;
  Dut dut{"dut"};
  SYSTOLE_PIN(ready_o);
  SYSTOLE_PIN(start_i);
  SYSTOLE_PIN(instruction_i);
  SYSTOLE_PIN(active_o);
  SYSTOLE_PIN(issue_o);
  SYSTOLE_PIN(no_room_o);
  SYSTOLE_PIN(no_port_o);
  SYSTOLE_PIN(bank_conflict_o);
  SYSTOLE_PIN(from_activation_o);
  SYSTOLE_PIN(source_read_o);
  SYSTOLE_PIN(source_addr_o);
  SYSTOLE_PIN(source_grant_i);
  SYSTOLE_PIN(accumulator_read_o);
  SYSTOLE_PIN(accumulator_addr_o);
  SYSTOLE_PIN(accumulator_grant_i);
  SYSTOLE_PIN(residual_read_o);
  SYSTOLE_PIN(residual_addr_o);
  SYSTOLE_PIN(residual_grant_i);
  SYSTOLE_PIN(parameter_addr_o);
  SYSTOLE_PIN(window_first_o);
  SYSTOLE_PIN(window_last_o);
  SYSTOLE_PIN(to_activation_o);
  SYSTOLE_PIN(destination_addr_o);
  SYSTOLE_PIN(last_o);
  SYSTOLE_PIN(instruction_o);
  SYSTOLE_PIN(group_taken_i);

  Chip chip = chip_of_bench();
  Random random = random_stream(500);
  cycle::StoreIssue model{chip};
  std::deque<isa::Store> stores;
  int start_percent = 100, grant_percent = 100, take_percent = 100;
  isa::Store running;
  std::deque<Tap> expected;
  uint64_t room = SYSTOLE_FifoGroups;
  uint64_t issued = 0, no_room = 0, no_port = 0, conflicts = 0, first_start = 0, last_issue = 0, starts = 0;

  IssueBench() : Bench("bench") {
    dut.clk_i(clk);
    dut.rst_ni(rst_n);
  }

  void on_clock() override {
    const bool active = !expected.empty();
    equal("active_o", active_o.read(), active);
    equal("ready_o", ready_o.read(), !active);
    equal("model active", model.active(), active);
    bool has_room = false, issue = false, conflict = false;
    if (active) {
      const Tap& tap = expected.front();
      const bool from_activation = running.source == isa::Source::kActivation;
      const bool to_activation = running.destination == isa::Destination::kActivation;
      has_room = to_activation || !tap.window_last || room > 0;
      issue = has_room && (from_activation ? source_grant_i.read() : accumulator_grant_i.read()) &&
              (!running.residual || residual_grant_i.read());
      conflict = has_room && from_activation && running.residual &&
                 (tap.source & kActivationMask) / kBankGroups == (tap.residual & kActivationMask) / kBankGroups;
      equal("model room", model.room(), has_room);
      equal("model last", model.last(), tap.last);
      equal("from_activation_o", from_activation_o.read(), from_activation);
      equal("to_activation_o", to_activation_o.read(), to_activation);
      if (from_activation) {
        equal("source_addr_o", source_addr_o.get(), tap.source & kActivationMask);
        equal("model source bank", model.source_bank(), (tap.source & kActivationMask) / kBankGroups);
      } else {
        equal("accumulator_addr_o", accumulator_addr_o.get(), tap.source & kAccumulatorMask);
      }
      if (running.residual) equal("residual_addr_o", residual_addr_o.get(), tap.residual & kActivationMask);
      if (running.requantize) equal("parameter_addr_o", parameter_addr_o.get(), tap.parameter & kParameterMask);
      if (to_activation) equal("destination_addr_o", destination_addr_o.get(), tap.destination & kActivationMask);
      equal("window_first_o", window_first_o.read(), tap.window_first);
      equal("window_last_o", window_last_o.read(), tap.window_last);
      equal("last_o", last_o.read(), tap.last);
      if (!has_room) ++no_room;
      if (has_room && !issue) ++no_port;
      conflicts += conflict;
    }
    equal("issue_o", issue_o.read(), issue);
    equal("no_room_o", no_room_o.read(), active && !has_room);
    equal("no_port_o", no_port_o.read(), active && has_room && !issue);
    equal("bank_conflict_o", bank_conflict_o.read(), conflict);
    equal("source_read_o", source_read_o.read(), active && has_room && running.source == isa::Source::kActivation);
    equal("accumulator_read_o", accumulator_read_o.read(),
          active && has_room && running.source == isa::Source::kAccumulator);
    equal("residual_read_o", residual_read_o.read(), active && has_room && running.residual);
    if (issue) {
      if (expected.front().window_last && running.destination == isa::Destination::kDram) --room;
      expected.pop_front();
      model.issued();
      ++issued;
      last_issue = cycle();
    }
    if (group_taken_i.read()) {
      ++room;
      model.group_taken();
    }
    if (start_i.read()) {
      if (starts++ == 0) first_start = cycle();
      running = stores.front();
      stores.pop_front();
      const auto all = taps(running);
      expected.assign(all.begin(), all.end());
      model.start(running, 0);
    }
    const bool start = expected.empty() && !stores.empty() && random.chance(start_percent);
    start_i.write(start);
    if (start) instruction_i.set_words(isa::encode(stores.front()));
    source_grant_i.write(random.chance(grant_percent));
    accumulator_grant_i.write(random.chance(grant_percent));
    residual_grant_i.write(random.chance(grant_percent));
    group_taken_i.write(room < SYSTOLE_FifoGroups && random.chance(take_percent));
    if (stores.empty() && expected.empty() && !start) finish();
  }

  void equal(const char* what, uint64_t actual, uint64_t wanted) {
    if (actual != wanted)
      fail(fmt::format("{} is {:#x}, expected {:#x}, {} taps issued", what, actual, wanted, issued));
  }
};

}  // namespace

TEST_CASE("random stores issue each tap in the first cycle that ports and room allow") {
  IssueBench bench;
  for (int i = 0; i < 200; ++i) bench.stores.push_back(random_store(bench.random));
  bench.start_percent = 50;
  bench.grant_percent = 75;
  bench.take_percent = 40;
  bench.run(500000);
  REQUIRE(bench.no_room > 100);
  REQUIRE(bench.no_port > 100);
  REQUIRE(bench.conflicts > 100);
}

TEST_CASE("with nothing in the way a tap is issued every cycle, and one cycle is lost between stores") {
  IssueBench bench;
  uint64_t total = 0;
  for (uint64_t i = 0; i < 100; ++i) {
    bench.stores.push_back(random_store(bench.random));
    total += taps(bench.stores.back()).size();
  }
  bench.run(200000);
  REQUIRE(bench.issued == total);
  REQUIRE(bench.last_issue - bench.first_start == total + 99);
}

TEST_CASE("exactly as many windows for DRAM are issued as the group FIFO holds, and one more for each group taken") {
  IssueBench bench;
  isa::Store store;
  store.raw = true;
  store.count = {100, 1, 1, 1};
  store.source_stride = {1, 0, 0, 0};
  bench.stores.push_back(store);
  bench.take_percent = 5;
  bench.run(20000);
  REQUIRE(bench.issued == 100);
  REQUIRE(bench.no_room > 200);
}
