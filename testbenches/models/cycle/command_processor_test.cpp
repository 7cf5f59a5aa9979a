// SPDX-License-Identifier: Apache-2.0
//
// The rules of docs/reference/timing.md, "Instruction fetch and dispatch", each in its cycle and not one earlier.
#include "cycle/command_processor.hpp"

#include "catch.hpp"
#include "models/cycle/cycle_bench.hpp"

namespace systole::cycle {
namespace {

constexpr std::uint32_t kBeats = 16;  // of an instruction on tiny

struct CommandBench {
  explicit CommandBench(std::vector<isa::Instruction> instructions, const Chip& chip = tiny())
      : program(program_of(std::move(instructions))), command(chip, program, kProgramAddress) {
    command.doorbell();
  }
  void step(bool accepted = false, bool beat = false) { command.end_cycle(accepted, beat, {}); }
  // Asks for the next instruction and brings it, its last beat in the newest of these cycles.
  void fetch() {
    step(true);
    for (std::uint32_t beat = 0; beat < kBeats; ++beat) step(false, true);
  }

  isa::Program program;
  CommandProcessor command;
};

TEST_CASE("fetch asks for an instruction a cycle, fetch_depth ahead of dispatch, and for no more than there are") {
  CommandBench bench(std::vector<isa::Instruction>(6, isa::Load{}));
  for (std::uint64_t i = 0; i < 4; ++i) {  // fetch_depth
    REQUIRE(bench.command.offer().beats == kBeats);
    CHECK(bench.command.offer().address == kProgramAddress + i * isa::kInstructionBytes);
    bench.step(true);
  }
  CHECK_FALSE(bench.command.offer());
  CommandBench two(std::vector<isa::Instruction>(2, isa::Load{}));
  two.step(true);
  CHECK(two.command.offer());
  two.step(true);
  CHECK_FALSE(two.command.offer());
}

TEST_CASE("nothing is asked for before the doorbell") {
  const isa::Program program = program_of({isa::Load{}});
  CommandProcessor command(tiny(), program, kProgramAddress);
  CHECK_FALSE(command.offer());
  command.doorbell();
  CHECK(command.offer());
}

TEST_CASE("an instruction is dispatched two cycles after its last beat and at the head of its queue two later") {
  CommandBench bench({isa::Matrix{}});
  bench.fetch();
  bench.step();
  CHECK(bench.command.dispatched() == 0);
  bench.step();
  CHECK(bench.command.dispatched() == 1);
  CHECK(bench.command.head(kMatrix) == nullptr);
  bench.step();
  REQUIRE(bench.command.head(kMatrix) != nullptr);
  CHECK(bench.command.head(kMatrix)->index == 0);
  CHECK(bench.command.head(kLoad) == nullptr);
}

TEST_CASE("a full queue holds up everything behind it") {
  std::vector<isa::Instruction> instructions(5, isa::Load{});  // queue_depth and one more
  instructions.emplace_back(isa::Matrix{});
  CommandBench bench(instructions);
  for (std::size_t i = 0; i < instructions.size(); ++i) bench.fetch();
  for (int cycle = 0; cycle < 10; ++cycle) bench.step();
  CHECK(bench.command.dispatched() == 4);
  CHECK(bench.command.held_up() == 4u);
  CHECK(bench.command.head(kMatrix) == nullptr);
  std::array<bool, isa::kEngines> started = {};
  started[kLoad] = true;
  bench.command.end_cycle(false, false, started);
  CHECK(bench.command.dispatched() == 4);
  bench.step();  // the queue has room
  CHECK(bench.command.dispatched() == 5);
  bench.step();
  CHECK(bench.command.dispatched() == 6);
}

TEST_CASE("semaphores count posts, and a start takes each of its mask") {
  Semaphores semaphores;
  std::array<bool, isa::kEngines> request = {};
  std::array<std::uint16_t, isa::kEngines> wait = {}, post = {};
  request[kLoad] = request[kMatrix] = true;
  wait[kLoad] = 0b101;
  wait[kMatrix] = 0b100;
  post[kMatrix] = 0b100;
  CHECK_FALSE(semaphores.end_cycle({}, post));
  Semaphores::Decision decision = semaphores.decide(request, wait);
  CHECK_FALSE(decision.start[kLoad]);  // lacks semaphore 0, and takes nothing
  CHECK(semaphores.missing(decision, kLoad, wait[kLoad]) == 0);
  CHECK(decision.start[kMatrix]);
  post[kMatrix] = 0b001;
  CHECK_FALSE(semaphores.end_cycle({}, post));
  decision = semaphores.decide(request, wait);
  CHECK(decision.start[kLoad]);  // before matrix, which lacks what load takes
  CHECK_FALSE(decision.start[kMatrix]);
  CHECK(semaphores.missing(decision, kMatrix, wait[kMatrix]) == 2);
  CHECK_FALSE(semaphores.end_cycle(decision, {}));
  CHECK(semaphores.counts()[0] == 0);
  CHECK(semaphores.counts()[2] == 0);
}

TEST_CASE("the 256th post that nobody takes overflows, and one that is taken in its cycle does not") {
  Semaphores semaphores;
  std::array<std::uint16_t, isa::kEngines> post = {};
  post[kMatrix] = 1;
  for (int i = 0; i < isa::kSemaphoreMax; ++i) REQUIRE_FALSE(semaphores.end_cycle({}, post));
  Semaphores::Decision decision;
  decision.start[kLoad] = true;
  decision.taken[kLoad] = 1;
  CHECK_FALSE(semaphores.end_cycle(decision, post));
  CHECK(semaphores.end_cycle({}, post) == isa::Engine::kMatrix);
}

}  // namespace
}  // namespace systole::cycle
