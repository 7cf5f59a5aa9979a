// SPDX-License-Identifier: Apache-2.0
//
// Does a failing program become small, and does it still fail in the same way? The failures are real differences between the
// cycle model of the chip and that of a chip that is wrong in one parameter.
#include "fuzz/shrink.hpp"

#include <algorithm>
#include <string>

#include "catch.hpp"
#include "cycle/cycle_model.hpp"
#include "models/chip/shipped_chip.hpp"

namespace systole::fuzz {
namespace {

using testing::tiny;

std::vector<Retired> retired(const Chip& chip, const FuzzCase& c) {
  Recording trace;
  cycle::CycleModel(chip).run(c.random.program, c.random.bases, c.random.program_address, {}, &trace);
  return trace.retired;
}

// A chip whose accumulators are a cycle slower shows in matrix instructions only.
std::string slow_accumulators(const FuzzCase& c) {
  Chip wrong = c.chip;
  wrong.acc_latency += 1;
  return retired(c.chip, c) == retired(wrong, c) ? "" : "retirement: differs";
}

std::string window(const FuzzCase& c) {
  for (const isa::Instruction& i : c.random.program.instructions)
    if (const auto* s = std::get_if<isa::Store>(&i); s && s->window_x > 1 && s->window_y > 1) return "byte: a window";
  return "";
}

TEST_CASE("a difference in the matrix engine shrinks to the instructions that fill the memories, the last a matrix") {
  const FuzzCase failing = make_case(tiny(), 3, {}, MemoryChoice::kRandom);
  const Shrunk small = shrink(failing, slow_accumulators);
  CHECK(small.difference == "retirement: differs");
  CHECK(small.fuzz_case.random.program.instructions.size() == kFillInstructions);
  CHECK(small.fuzz_case.chip.memory.kind() == "ideal");
  CHECK(small.fuzz_case.chip.memory.ideal().latency_cycles == 1);
  CHECK(slow_accumulators(small.fuzz_case) == small.difference);
}

TEST_CASE("what the failure needs stays, and the rest of the instruction becomes plain") {
  std::uint64_t seed = 1;
  while (window(make_case(tiny(), seed, {}, MemoryChoice::kFixed)).empty()) ++seed;
  const Shrunk small = shrink(make_case(tiny(), seed, {}, MemoryChoice::kFixed), window);
  const auto& instructions = small.fuzz_case.random.program.instructions;
  REQUIRE(instructions.size() == kFillInstructions + 1);
  const auto& store = std::get<isa::Store>(instructions.back());
  CHECK(store.window_x > 1);
  CHECK(store.count == isa::Counts<5>{1, 1, 1, 1, 1});
  CHECK(store.groups == 1);
  CHECK_FALSE(store.residual);
}

TEST_CASE("a program that does not fail is left as it is, and tries are bounded") {
  const FuzzCase fine = make_case(tiny(), 5, {}, MemoryChoice::kRandom);
  CHECK(shrink(fine, [](const FuzzCase&) { return std::string(); }).tries == 0);
  CHECK(shrink(
            fine, [](const FuzzCase&) { return std::string("always"); }, 7)
            .tries <= 7);
}

TEST_CASE("a shrunk program still runs without a deadlock: its semaphores are given anew") {
  const FuzzCase c = make_case(tiny(), 11, {}, MemoryChoice::kRandom);
  auto half = c.random.program.instructions;
  std::rotate(half.begin() + kFillInstructions, half.begin() + kFillInstructions + 8, half.end());
  half.resize(half.size() - 8);
  FuzzCase shorter = c;
  shorter.random = with_instructions(c.chip, c.random, half);
  CHECK(shorter.random.program.instructions.size() == half.size());
  CHECK(retired(shorter.chip, shorter).size() == half.size());
}

}  // namespace
}  // namespace systole::fuzz
