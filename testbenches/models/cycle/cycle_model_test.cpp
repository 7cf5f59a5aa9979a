// SPDX-License-Identifier: Apache-2.0
//
// What the cycle model promises besides its cycles, which testbenches/system/random and the block benches hold against the RTL:
// deadlocks in bounded time, accounts, runs in pieces, limits.
#include "cycle/cycle_model.hpp"

#include <numeric>
#include <string>

#include "catch.hpp"
#include "fuzz/fuzz_case.hpp"
#include "models/cycle/cycle_bench.hpp"
#include "support/error.hpp"

namespace systole::cycle {
namespace {

template <typename T>
isa::Instruction with(T instruction, std::uint16_t waits, std::uint16_t posts) {
  instruction.common.wait_mask = waits;
  instruction.common.post_mask = posts;
  return instruction;
}

std::string deadlock(const isa::Program& program) {
  try {
    CycleModel(tiny()).run(program, kBases, kProgramAddress);
  } catch (const DesignError& error) {
    return error.what();
  }
  return "no deadlock";
}

TEST_CASE("two engines that wait for each other are reported with what each lacks and who would post it") {
  const std::string text = deadlock(program_of({with(isa::Load{}, 1, 2), with(isa::Matrix{}, 2, 1)}));
  CHECK_THAT(text, Contains("deadlock") &&
                       Contains("load has instruction 0 next, semaphore 0 is missing (matrix instruction 1 posts it)"));
  CHECK_THAT(text, Contains("matrix has instruction 1 next, semaphore 1 is missing (load instruction 0 posts it)"));
  CHECK_THAT(text, Contains("store has no instruction"));
}

TEST_CASE("a semaphore that nobody posts, or that is posted behind a full queue, is reported as such") {
  CHECK_THAT(deadlock(program_of({with(isa::Load{}, 8, 0)})),
             Contains("semaphore 3 is missing (no instruction posts it any more)"));
  std::vector<isa::Instruction> loads(100, with(isa::Load{}, 1, 0));
  loads.push_back(with(isa::Matrix{}, 0, 1));
  CHECK_THAT(deadlock(program_of(loads)), Contains("matrix instruction 100 posts it, not yet dispatched") &&
                                              Contains("wait for room in the queue of load"));
}

TEST_CASE("a deadlock is known in the cycle after the last thing that moves, not after a limit") {
  const std::string text =
      deadlock(program_of({with(isa::Load{}, 0, 1), with(isa::Matrix{}, 1, 0), with(isa::Matrix{}, 1, 0)}));
  REQUIRE_THAT(text, Contains("deadlock"));
  CHECK(std::stoull(text.substr(6)) < 1000);
}

TEST_CASE("waiting is counted for the engine that posts in the end") {
  isa::Load load;
  load.run_bytes = 64;
  isa::Matrix matrix;
  matrix.m_x = 50;
  isa::Store store;
  store.raw = true;
  const isa::Program program = program_of({with(load, 0, 1), with(matrix, 1, 2), with(store, 2, 4), with(load, 4, 0)});
  const Result result = CycleModel(tiny()).run(program, kBases, kProgramAddress);
  CHECK(result.accounts[kMatrix].semaphore[kLoad] > 20);
  CHECK(result.accounts[kStore].semaphore[kMatrix] > 50);
  CHECK(result.accounts[kLoad].semaphore[kStore] > 50);
  CHECK(result.accounts[kStore].semaphore[kLoad] == 0);
  for (const Account& account : result.accounts) CHECK(account.total() == result.cycles);
}

TEST_CASE("accounts and counters of random programs agree, and add up to the cycles") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const fuzz::FuzzCase c = fuzz::make_case(tiny(), seed, {}, fuzz::MemoryChoice::kRandom);
    const Result result = CycleModel(c.chip).run(c.random.program, c.random.bases, c.random.program_address);
    CHECK(result.counters[counter::kCycles] == result.cycles);
    for (const isa::Engine engine : isa::kAllEngines) {
      const Account& account = result.accounts[isa::index_of(engine)];
      const auto counted = [&](isa::EngineState state) {
        return isa::info_of(engine).has(state) ? result.counters[counter_of(engine, state)] : 0;
      };
      CHECK(account.total() == result.cycles);
      CHECK(std::accumulate(account.semaphore.begin(), account.semaphore.end(), std::uint64_t{0}) ==
            counted(isa::EngineState::kWaitSemaphore));
      CHECK(account.busy == counted(isa::EngineState::kBusy));
      CHECK(account.memory == counted(isa::EngineState::kWaitMemory));
      CHECK(account.port == counted(isa::EngineState::kWaitPort));
      CHECK(account.instruction == counted(isa::EngineState::kWaitInstruction));
    }
  }
}

TEST_CASE("a simulation in pieces of any length tells the same story as one in a go") {
  for (const std::uint64_t piece : {1u, 7u, 1000u}) {
    const fuzz::FuzzCase c = fuzz::make_case(tiny(), piece, {}, fuzz::MemoryChoice::kRandom);
    Recording whole(Recording::Axi::kKeep), pieces(Recording::Axi::kKeep);
    const Result expected =
        CycleModel(c.chip).run(c.random.program, c.random.bases, c.random.program_address, {}, &whole);
    System system(c.chip, c.random.program, c.random.bases, c.random.program_address, {}, &pieces);
    for (std::uint64_t cycle = piece; !system.advance(cycle); cycle += piece) {
      if (!pieces.retired.empty()) REQUIRE(pieces.retired.back().retire_cycle < cycle);
    }
    CHECK(system.result().cycles == expected.cycles);
    CHECK(system.result().counters == expected.counters);
    CHECK(pieces.retired == whole.retired);
    CHECK(pieces.axi == whole.axi);
  }
}

TEST_CASE("limits stop a program in their cycle, also in the middle of a stretch that is left out") {
  Chip chip = tiny();
  chip.memory.ideal().latency_cycles = 5000;
  const isa::Program program = program_of({isa::Load{}});
  Limits limits;
  limits.max_cycles = 4321;
  CHECK_THROWS_WITH(CycleModel(chip).run(program, kBases, kProgramAddress, limits),
                    Contains("no end after 4321 cycles"));
  limits = {};
  limits.hang_cycles = 777;
  CHECK_THROWS_WITH(CycleModel(chip).run(program, kBases, kProgramAddress, limits),
                    Contains("cycle 778: no instruction retired for 777 cycles"));
  CHECK(CycleModel(chip).run(program, kBases, kProgramAddress).cycles > 10'000);
}

}  // namespace
}  // namespace systole::cycle
