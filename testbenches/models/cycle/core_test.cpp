// SPDX-License-Identifier: Apache-2.0
//
// A core whose memory is the test's: in every cycle it is driven and observed, as a system with several cores would do it.
#include "cycle/core.hpp"

#include <memory>

#include "catch.hpp"
#include "cycle/cycle_model.hpp"
#include "fuzz/fuzz_case.hpp"
#include "models/cycle/cycle_bench.hpp"
#include "support/error.hpp"

namespace systole::cycle {
namespace {

constexpr std::uint8_t kStoreAxiId = isa::info_of(isa::Engine::kStore).axi_id.value();

// The transfers of a cycle, from what both sides drive.
memory::Transfers meet(const Core::Offers& offers, const memory::Pins& pins) {
  memory::Transfers crossed;
  if (offers.ar && pins.ar_ready) crossed.ar = memory::Burst{offers.ar_id, offers.ar.address, offers.ar.beats};
  if (offers.write.aw_valid && pins.aw_ready)
    crossed.aw = memory::Burst{kStoreAxiId, offers.write.aw.address, offers.write.aw.beats};
  crossed.w = offers.write.w_valid && pins.w_ready;
  crossed.w_last = crossed.w && offers.write.w_last;
  return crossed;
}

// Every cycle of a program, none left out.
Result run_every_cycle(const fuzz::FuzzCase& c, Observer& observer) {
  const auto memory = memory::make_memory_timing(c.chip.memory, c.chip.axi_bytes(), c.chip.clock_mhz);
  Core core(c.chip, c.random.program, c.random.bases, c.random.program_address, &observer);
  for (std::uint64_t cycle = 0;; ++cycle) {
    REQUIRE(cycle < 1'000'000);
    const memory::Pins& pins = memory->drive(cycle);
    const memory::Transfers crossed = meet(core.drive(), pins);
    core.observe(cycle, pins);
    if (core.finished()) return core.result();
    memory->observe(cycle, crossed);
  }
}

TEST_CASE("the first instruction fetch is on the pins in cycle 3") {
  isa::Program program;
  program.instructions = {isa::Load{}};
  Core core(tiny(), program, kBases, kProgramAddress, nullptr);
  for (std::uint64_t cycle = 0; cycle < 3; ++cycle) {
    REQUIRE_FALSE(core.offers());
    core.observe(cycle, {});
  }
  REQUIRE(core.offers());
  const Core::Offers offers = core.drive();
  CHECK(offers.ar.address == kProgramAddress);
  CHECK(offers.ar.beats == 16);
  CHECK(offers.ar_id == isa::kFetchAxiId);
  core.observe(3, {});
  CHECK(core.drive().ar);  // until it is accepted
}

TEST_CASE("an instruction starts four cycles after its last beat, and the interrupt is two after the last retirement") {
  isa::Program program;
  program.instructions = {isa::Matrix{}};
  Recording trace;
  Core core(tiny(), program, kBases, kProgramAddress, &trace);
  memory::Pins pins;
  pins.ar_ready = true;
  std::uint64_t cycle = 0;
  for (; cycle < 10; ++cycle) core.observe(cycle, pins);
  pins.r_valid = true;
  for (int beat = 0; beat < 16; ++beat, ++cycle) core.observe(cycle, pins);  // the last one in cycle 25
  pins.r_valid = false;
  for (; !core.finished(); ++cycle) core.observe(cycle, pins);
  REQUIRE(trace.retired.size() == 1);
  CHECK(trace.retired[0].start_cycle == 25 + 4);
  // A word is read in the cycle after the start and written nine later (matrix_engine_test.cpp).
  CHECK(trace.retired[0].retire_cycle == 25 + 4 + 1 + 9);
  CHECK(core.result().cycles == trace.retired[0].retire_cycle + 2);
  CHECK(core.result().counters[counter::kInstructions] == 1);
  CHECK(core.result().counters[counter::kReadBytes] == 128);
}

TEST_CASE("a core that is driven in every cycle does what a system does that leaves cycles out") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const fuzz::FuzzCase c = fuzz::make_case(tiny(), seed, {}, fuzz::MemoryChoice::kRandom);
    Recording every, skipping;
    const Result result = run_every_cycle(c, every);
    const Result expected =
        CycleModel(c.chip).run(c.random.program, c.random.bases, c.random.program_address, {}, &skipping);
    REQUIRE(every.retired == skipping.retired);
    REQUIRE(result.cycles == expected.cycles);
    REQUIRE(result.counters == expected.counters);
    for (std::size_t e = 0; e < isa::kEngines; ++e) {
      REQUIRE(result.accounts[e].semaphore == expected.accounts[e].semaphore);
      REQUIRE(result.accounts[e].memory == expected.accounts[e].memory);
    }
  }
}

TEST_CASE("a result before the end, and an illegal instruction, are refused") {
  isa::Program program;
  program.instructions = {isa::Load{}};
  const Core core(tiny(), program, kBases, kProgramAddress, nullptr);
  CHECK_FALSE(core.finished());
  CHECK_THROWS_AS(core.result(), InternalError);
  isa::Load illegal;
  illegal.transpose = true;
  program.instructions = {isa::Load{}, illegal};
  CHECK_THROWS_WITH(Core(tiny(), program, kBases, kProgramAddress, nullptr), Contains("instruction 1: "));
}

TEST_CASE("a store that reads its two operands from one bank stops the core with its cycle and its index") {
  isa::Store store;
  store.source = isa::Source::kActivation;
  store.residual = true;
  isa::Program program;
  program.instructions = {store};
  CHECK_THROWS_WITH(CycleModel(tiny()).run(program, kBases, kProgramAddress),
                    Contains("instruction 0 reads source and residual from one bank"));
}

}  // namespace
}  // namespace systole::cycle
