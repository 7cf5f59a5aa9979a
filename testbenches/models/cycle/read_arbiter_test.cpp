// SPDX-License-Identifier: Apache-2.0
#include "cycle/read_arbiter.hpp"

#include "catch.hpp"

namespace systole::cycle {
namespace {

constexpr ReadBurst kNoBurst, kFetchBurst = {0x100, 1}, kLoadBurst = {0x200, 8};

ReadArbiter::Taken end_cycle(ReadArbiter& arbiter, bool accepted, ReadBurst fetch, ReadBurst load) {
  return arbiter.end_cycle(
      accepted, [&] { return fetch; }, [&] { return load; });
}

TEST_CASE("a burst offered in one cycle is on the pins in the next, and stays until it is accepted") {
  ReadArbiter arbiter;
  CHECK_FALSE(arbiter.valid());
  CHECK(end_cycle(arbiter, false, kNoBurst, kLoadBurst).load);
  for (int cycle = 0; cycle < 3; ++cycle) {
    REQUIRE(arbiter.valid());
    CHECK(arbiter.burst().address == kLoadBurst.address);
    CHECK(arbiter.burst().beats == kLoadBurst.beats);
    CHECK(arbiter.id() == isa::info_of(isa::Engine::kLoad).axi_id);
    const ReadArbiter::Taken taken = end_cycle(arbiter, false, kFetchBurst, kLoadBurst);
    CHECK_FALSE((taken.fetch || taken.load));
  }
  end_cycle(arbiter, true, kNoBurst, kNoBurst);
  CHECK_FALSE(arbiter.valid());
}

TEST_CASE("the register takes a burst in the cycle in which it is emptied, fetch before load") {
  ReadArbiter arbiter;
  ReadArbiter::Taken taken = end_cycle(arbiter, false, kFetchBurst, kLoadBurst);
  CHECK(taken.fetch);
  CHECK_FALSE(taken.load);
  CHECK(arbiter.id() == isa::kFetchAxiId);
  taken = end_cycle(arbiter, true, kNoBurst, kLoadBurst);
  CHECK(taken.load);
  CHECK(arbiter.burst().address == kLoadBurst.address);
  taken = end_cycle(arbiter, true, kFetchBurst, kLoadBurst);
  CHECK(taken.fetch);
  CHECK(arbiter.burst().address == kFetchBurst.address);
}

}  // namespace
}  // namespace systole::cycle
