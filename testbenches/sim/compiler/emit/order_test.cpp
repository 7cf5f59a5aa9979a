// SPDX-License-Identifier: Apache-2.0
//
// Semaphores of programs that the compiler would hardly emit: whatever they are, they must be sound.
#include "compiler/emit/order.hpp"

#include "catch.hpp"
#include "ordering/program_check.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/network_builder.hpp"

namespace systole::compiler_test {
namespace {

using compiler::EmittedInstruction;

EmittedInstruction load(const Chip& chip, isa::Buffer buffer, std::uint32_t first, std::uint32_t words) {
  isa::Load x;
  x.buffer = buffer;
  x.base = isa::Base::kWeight;
  x.run_bytes = words * (buffer == isa::Buffer::kWeight ? chip.array_cols : chip.array_rows);
  x.dst_base = first;
  EmittedInstruction e;
  e.instruction = x;
  e.extents = {{isa::memory_of(buffer), true, first, first + words, {}}};
  return e;
}

EmittedInstruction matrix(const Chip& chip, std::uint32_t tile) {
  isa::Matrix x;
  x.weight_base = tile * chip.array_rows;
  EmittedInstruction e;
  e.instruction = x;
  e.extents = {{isa::Memory::kActivation, false, 0, 1, {}},
               {isa::Memory::kWeight, false, x.weight_base, x.weight_base + chip.array_rows, {}},
               {isa::Memory::kAccumulator, true, 0, 1, {}}};
  return e;
}

std::vector<std::string> problems(const Chip& chip, std::vector<EmittedInstruction> emitted) {
  compiler::order_engines(emitted, {});
  isa::Program program;
  for (const EmittedInstruction& e : emitted) program.instructions.push_back(e.instruction);
  const isa::Bases bases = {};
  return ordering::check_program(program, chip, bases, 1 << 20);
}

}  // namespace

TEST_CASE("no semaphore can overflow, however many tiles are used before the first is loaded anew") {
  const Chip chip = odd_chips().back();
  for (const std::uint32_t tiles : {100u, 128u, 129u, 200u, 256u}) {
    INFO(tiles << " tiles");
    REQUIRE(tiles * chip.array_rows <= chip.weight_words);
    std::vector<EmittedInstruction> program = {load(chip, isa::Buffer::kActivation, 0, 1),
                                               load(chip, isa::Buffer::kWeight, 0, tiles * chip.array_rows)};
    // Each tile is used, then each is loaded anew and used again: every use but the last posts to a load.
    for (int round = 0; round < 3; ++round) {
      for (std::uint32_t t = 0; t < tiles; ++t) program.push_back(matrix(chip, t));
      for (std::uint32_t t = 0; t < tiles; ++t)
        program.push_back(load(chip, isa::Buffer::kWeight, t * chip.array_rows, chip.array_rows));
    }
    for (std::uint32_t t = 0; t < tiles; ++t) program.push_back(matrix(chip, t));
    CHECK(problems(chip, program) == std::vector<std::string>{});
  }
}

TEST_CASE("no wait and no post of a compiled program can go without notice") {
  const compiler::CompiledNetwork compiled = compile_pointwise(odd_chips()[0], 12, 20);
  const isa::Program& sound = first_program(compiled);
  REQUIRE(program_problems(compiled, sound).empty());
  int waits = 0;
  for (std::size_t i = 0; i < sound.instructions.size(); ++i) {
    isa::Program broken = sound;
    isa::Common& c = isa::common_of(broken.instructions[i]);
    INFO("instruction " << i);
    if (c.wait_mask != 0) {
      c.wait_mask = 0;
      CHECK_FALSE(program_problems(compiled, broken).empty());
      ++waits;
    }
    broken = sound;
    isa::Common& d = isa::common_of(broken.instructions[i]);
    if (d.post_mask != 0) {
      d.post_mask = 0;
      CHECK_FALSE(program_problems(compiled, broken).empty());
    }
  }
  CHECK(waits > 10);
}

}  // namespace systole::compiler_test
