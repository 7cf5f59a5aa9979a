// SPDX-License-Identifier: Apache-2.0
//
// Does each type of instruction keep what the fuzzer asks of it, whichever it is? Nothing here names a type.
#include "fuzz/kinds/instruction_kind.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "catch.hpp"
#include "isa/instruction.hpp"
#include "models/chip/shipped_chip.hpp"

namespace systole::fuzz {
namespace {

using testing::tiny;

constexpr int kDraws = 2000;

// Calls visit(engine, kind, instruction) for many random instructions of every engine.
template <typename Visit>
void for_each_drawn(const Chip& chip, Visit&& visit) {
  Random random(1);
  Draw draw(random);
  for (const isa::Engine engine : isa::kAllEngines)
    for (int i = 0; i < kDraws; ++i) visit(engine, kind_of(engine), kind_of(engine).draw(draw, chip, {}));
}

TEST_CASE("every kind draws legal instructions of its engine, without semaphores") {
  const Chip chip = tiny();
  for_each_drawn(chip, [](isa::Engine engine, const InstructionKind&, const isa::Instruction& instruction) {
    REQUIRE(isa::engine_of(instruction) == engine);
    REQUIRE(isa::illegal_reason(isa::encode(instruction)).value_or("") == "");
    REQUIRE(isa::common_of(instruction).wait_mask == 0);
    REQUIRE(isa::common_of(instruction).post_mask == 0);
  });
}

TEST_CASE("an instruction hits points that its kind has announced, and each of them is hit by some") {
  const Chip chip = tiny();
  std::set<std::string> announced, hit;
  for (const isa::Engine engine : isa::kAllEngines) {
    const std::vector<std::string> points = kind_of(engine).points();
    for (const std::string& point : points) CHECK(announced.insert(point).second);
    for (const std::string& point : points) CHECK(point.rfind(isa::engine_name(engine), 0) == 0);
  }
  for_each_drawn(chip, [&](isa::Engine, const InstructionKind& kind, const isa::Instruction& instruction) {
    for (const std::string& point : kind.hits(instruction, chip, {})) hit.insert(point);
  });
  CHECK(hit == announced);
}

TEST_CASE("a kind simplifies its own instructions and leaves those of the others alone") {
  const Chip chip = tiny();
  std::set<isa::Engine> simplified;
  for_each_drawn(chip, [&](isa::Engine engine, const InstructionKind&, const isa::Instruction& instruction) {
    const isa::Encoded before = isa::encode(instruction);
    for (const isa::Engine other : isa::kAllEngines) {
      for (const Change& change : kind_of(other).simplifications()) {
        isa::Instruction changed = instruction;
        change(changed);
        if (other != engine) REQUIRE(isa::encode(changed) == before);
        if (isa::encode(changed) != before) simplified.insert(engine);
      }
    }
  });
  CHECK(simplified.size() == isa::kEngines);
}

}  // namespace
}  // namespace systole::fuzz
