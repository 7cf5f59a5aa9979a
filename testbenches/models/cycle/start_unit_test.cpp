// SPDX-License-Identifier: Apache-2.0
#include "cycle/start_unit.hpp"

#include "catch.hpp"
#include "models/cycle/cycle_bench.hpp"

namespace systole::cycle {
namespace {

constexpr StartUnit::Ready kLoadReady = 1u << kLoad, kMatrixReady = 1u << kMatrix,
                           kBothReady = kLoadReady | kMatrixReady;

// A load and a matrix instruction at the heads of their queues, with these semaphores to wait for.
struct StartBench {
  StartBench(std::uint16_t load_waits, std::uint16_t matrix_waits) {
    isa::Load load;
    load.common.wait_mask = load_waits;
    isa::Matrix matrix;
    matrix.common.wait_mask = matrix_waits;
    matrix.common.post_mask = 1;
    program.instructions = {load, matrix};
    command.doorbell();
    for (int burst = 0; burst < 2; ++burst) command.end_cycle(true, false, {});
    for (int beat = 0; beat < 32; ++beat) command.end_cycle(false, true, {});
    for (int cycle = 0; cycle < 5; ++cycle) command.end_cycle(false, false, {});
  }
  void post(std::uint16_t mask) {
    std::array<std::uint16_t, isa::kEngines> posted = {};
    posted[isa::index_of(isa::Engine::kStore)] = mask;
    REQUIRE(starts.end_cycle(posted));
  }

  isa::Program program;
  CommandProcessor command{tiny(), program, 0};
  StartUnit starts;
};

TEST_CASE("an instruction that waits for nothing starts in the first cycle in which its engine is ready") {
  StartBench bench(0, 0);
  bench.starts.decide(0, bench.command);
  CHECK_FALSE(bench.starts.any());
  CHECK_FALSE(bench.starts.blocked(kMatrix));
  bench.starts.decide(kMatrixReady, bench.command);
  CHECK(bench.starts.any());
  CHECK(bench.starts.starts(kMatrix));
  REQUIRE(bench.starts.started(kMatrix) != nullptr);
  CHECK(bench.starts.started(kMatrix)->index == 1);
  CHECK(bench.starts.started(kLoad) == nullptr);
}

TEST_CASE("an instruction that lacks a semaphore starts in the cycle after the post, not before") {
  StartBench bench(0b1010, 0);
  bench.starts.decide(kLoadReady, bench.command);
  CHECK(bench.starts.blocked(kLoad));
  CHECK(bench.starts.missing(kLoad) == 1);
  bench.post(0b0010);
  bench.starts.decide(kLoadReady, bench.command);
  CHECK(bench.starts.blocked(kLoad));
  CHECK(bench.starts.missing(kLoad) == 3);
  bench.post(0b1000);
  CHECK_FALSE(bench.starts.any());
  bench.starts.decide(kLoadReady, bench.command);
  CHECK(bench.starts.starts(kLoad));
  CHECK_FALSE(bench.starts.blocked(kLoad));
}

TEST_CASE("two engines that want one semaphore get it in the order of the table of engines") {
  StartBench bench(0b100, 0b100);
  bench.post(0b100);
  bench.starts.decide(kBothReady, bench.command);
  CHECK(bench.starts.starts(kLoad));
  CHECK_FALSE(bench.starts.starts(kMatrix));
  CHECK(bench.starts.blocked(kMatrix));
  CHECK(bench.starts.missing(kMatrix) == 2);
}

TEST_CASE("nothing is decided anew until an engine becomes ready or something else has changed") {
  StartBench bench(0, 0b1);
  bench.starts.decide(kMatrixReady, bench.command);
  CHECK(bench.starts.settled());
  CHECK(bench.starts.decided_ready(kMatrix));
  CHECK_FALSE(bench.starts.decided_ready(kLoad));
  bench.starts.decide_again();
  CHECK_FALSE(bench.starts.settled());
  bench.starts.decide(kBothReady, bench.command);
  CHECK(bench.starts.settled());
  CHECK(bench.starts.starts(kLoad));
}

TEST_CASE("a semaphore that overflows is told at the end of the cycle") {
  StartBench bench(0, 0);
  for (int i = 0; i < isa::kSemaphoreMax; ++i) bench.post(1);
  std::array<std::uint16_t, isa::kEngines> posted = {};
  posted[kLoad] = 1;
  CHECK_FALSE(bench.starts.end_cycle(posted));
}

TEST_CASE("what each engine waits for is said with who would post it") {
  StartBench bench(0b1, 0);
  bench.starts.decide(kLoadReady, bench.command);
  CHECK(bench.starts.describe_waits(bench.program, bench.command) ==
        "load has instruction 0 next, semaphore 0 is missing (matrix instruction 1 posts it); matrix has instruction 1 "
        "next; store has no instruction");
}

}  // namespace
}  // namespace systole::cycle
