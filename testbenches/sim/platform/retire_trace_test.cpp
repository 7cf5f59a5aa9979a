// SPDX-License-Identifier: Apache-2.0
//
// Does the retire trace pair starts and retirements, and complain about one without the other?
#include "platform/retire_trace.hpp"

#include "catch.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::platform;

TEST_CASE("several instructions of an engine in flight are paired in order") {
  RetireTrace trace;
  trace.start(5, isa::Engine::kStore, 3);
  trace.start(6, isa::Engine::kLoad, 4);
  trace.start(9, isa::Engine::kStore, 7);
  CHECK(trace.in_flight(isa::Engine::kStore).size() == 2);
  trace.retire(20, isa::Engine::kStore, 3);
  trace.retire(21, isa::Engine::kStore, 7);
  REQUIRE(trace.retired().size() == 2);
  CHECK(trace.retired()[1] == Retired{isa::Engine::kStore, 7, 9, 21});
  CHECK(trace.last_retire_cycle() == 21);
  CHECK(trace.last_retired(isa::Engine::kStore) == 7u);
  CHECK(!trace.last_retired(isa::Engine::kLoad));
  CHECK(trace.in_flight(isa::Engine::kLoad).front().index == 4);
}

TEST_CASE("a retirement without its start, or out of order, is a fault of the design") {
  RetireTrace trace;
  CHECK_THROWS_AS(trace.retire(1, isa::Engine::kLoad, 0), DesignError);
  trace.start(1, isa::Engine::kLoad, 0);
  trace.start(2, isa::Engine::kLoad, 1);
  CHECK_THROWS_AS(trace.retire(3, isa::Engine::kLoad, 1), DesignError);
}
