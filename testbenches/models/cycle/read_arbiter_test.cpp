// SPDX-License-Identifier: Apache-2.0
#include "cycle/read_arbiter.hpp"

#include "catch.hpp"

namespace systole::cycle {
namespace {

constexpr ReadBurst kNone, kFetch = {0x100, 1}, kLoad = {0x200, 8};

ReadArbiter::Taken end_cycle(ReadArbiter& arbiter, bool accepted, ReadBurst fetch, ReadBurst load) {
  return arbiter.end_cycle(
      accepted, [&] { return fetch; }, [&] { return load; });
}

TEST_CASE("a burst offered in one cycle is on the pins in the next, and stays until it is accepted") {
  ReadArbiter arbiter;
  CHECK_FALSE(arbiter.valid());
  CHECK(end_cycle(arbiter, false, kNone, kLoad).load);
  for (int cycle = 0; cycle < 3; ++cycle) {
    REQUIRE(arbiter.valid());
    CHECK(arbiter.burst().address == kLoad.address);
    CHECK(arbiter.burst().beats == kLoad.beats);
    CHECK(arbiter.id() == isa::info_of(isa::Engine::kLoad).axi_id);
    const ReadArbiter::Taken taken = end_cycle(arbiter, false, kFetch, kLoad);
    CHECK_FALSE((taken.fetch || taken.load));
  }
  end_cycle(arbiter, true, kNone, kNone);
  CHECK_FALSE(arbiter.valid());
}

TEST_CASE("the register takes a burst in the cycle in which it is emptied, fetch before load") {
  ReadArbiter arbiter;
  ReadArbiter::Taken taken = end_cycle(arbiter, false, kFetch, kLoad);
  CHECK(taken.fetch);
  CHECK_FALSE(taken.load);
  CHECK(arbiter.id() == isa::kFetchAxiId);
  taken = end_cycle(arbiter, true, kNone, kLoad);
  CHECK(taken.load);
  CHECK(arbiter.burst().address == kLoad.address);
  taken = end_cycle(arbiter, true, kFetch, kLoad);
  CHECK(taken.fetch);
  CHECK(arbiter.burst().address == kFetch.address);
}

}  // namespace
}  // namespace systole::cycle
