// SPDX-License-Identifier: Apache-2.0
//
// What the reference model refuses, and that the random programs of the other benches run on it.
#include "catch.hpp"
#include "fuzz/random_program.hpp"
#include "models/chip/shipped_chip.hpp"
#include "reference/reference.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::reference;
using systole::testing::shipped_chip;
using systole::testing::tiny;

namespace {

std::string error_of(const isa::Instruction& instruction, std::size_t dram_bytes = 64) {
  ReferenceChip reference(tiny());
  MemoryImage dram(dram_bytes);
  try {
    reference.execute(instruction, dram);
  } catch (const UserError& error) {
    return error.what();
  }
  return "no error";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("an illegal instruction is refused with its reason and its index in the program") {
  isa::Matrix matrix;
  matrix.k_c = 0;
  CHECK(error_of(matrix) == "illegal instruction: k_c is 0");
  ReferenceChip reference(tiny());
  MemoryImage dram(64);
  isa::Program program;
  program.instructions = {isa::Load{}, matrix};
  CHECK_THROWS_WITH(reference.execute(program, dram), "instruction 1: illegal instruction: k_c is 0");
}

TEST_CASE("a matrix instruction with more rows than a bank is refused") {
  isa::Matrix matrix;
  matrix.m_y = 8;
  matrix.m_x = 8;
  CHECK(error_of(matrix) == "no error");
  matrix.m_y = 5;
  matrix.m_x = 13;
  CHECK(error_of(matrix) == "matrix: m_b * m_y * m_x = 1 * 5 * 13: must be at most 64, the accumulator rows of a bank");
  matrix.m_b = 3;
  matrix.m_y = 2;
  matrix.m_x = 11;
  CHECK(error_of(matrix) == "matrix: m_b * m_y * m_x = 3 * 2 * 11: must be at most 64, the accumulator rows of a bank");
  matrix.m_b = matrix.m_y = matrix.m_x = 65535;
  CHECK(contains(error_of(matrix), "m_y * m_x"));
}

TEST_CASE("DRAM accesses end at the last byte of the image") {
  isa::Load load;
  load.run_bytes = 64;
  CHECK(error_of(load) == "no error");
  load.run_bytes = 65;
  CHECK(error_of(load) == "load of 65 bytes at DRAM address 0x0: must be inside the memory of 0x40 bytes");
  load.run_bytes = 1;
  load.dram_offset = 0xffffffff;
  CHECK(contains(error_of(load), "at DRAM address 0xffffffff"));
  load.dram_offset = (1ull << 39) + 5;  // beyond 32 bits, within the 40 of an address
  CHECK(contains(error_of(load), "at DRAM address 0x8000000005"));
  load.dram_offset = 0;
  load.count[0] = 2;
  load.dram_stride[0] = -1;
  CHECK(contains(error_of(load), "at DRAM address 0xffffffffff:"));
  isa::Store store;
  store.requantize = true;
  store.dst_base = 62;
  CHECK(error_of(store) == "no error");
  store.dst_base = 63;
  CHECK(error_of(store) == "store of 2 bytes at DRAM address 0x3f: must be inside the memory of 0x40 bytes");
  store.raw = true;
  store.requantize = false;
  store.dst_base = 57;
  CHECK(contains(error_of(store), "store of 8 bytes at DRAM address 0x39"));
}

TEST_CASE("source and residual in one bank are error 5, in two banks they are not") {
  isa::Store store;
  store.source = isa::Source::kActivation;
  store.residual = true;
  store.add_scale_source = store.add_scale_residual = 1;
  const std::uint32_t bank = 256 * 2;  // groups
  store.source_base = bank - 1;
  store.residual_base = bank;
  CHECK(error_of(store) == "no error");
  store.source_base = bank;
  store.residual_base = 2 * bank - 1;
  CHECK(error_of(store) == "store: error 5: source group 512 and residual group 1023 are both in activation bank 1");
  // They meet only in the second step.
  store.source_base = bank - 1;
  store.count[1] = 2;
  store.source_stride[1] = 1;
  store.residual_base = bank;
  CHECK(contains(error_of(store), "source group 512 and residual group 512"));
  // An accumulator source cannot meet it.
  store.source = isa::Source::kAccumulator;
  store.requantize = true;
  CHECK(error_of(store) == "no error");
}

TEST_CASE("scales that are not zero or positive normal numbers are refused") {
  isa::Store store;
  store.requantize = store.residual = true;
  store.add_scale_source = store.add_scale_residual = 1;
  CHECK(error_of(store) == "no error");
  for (const float bad : {-1.0f, -0.0f, 1e-40f, INFINITY, NAN}) {
    isa::Store wrong = store;
    wrong.add_scale_source = bad;
    CHECK(contains(error_of(wrong), "store: add_scale_source = "));
    wrong = store;
    wrong.add_scale_residual = bad;
    CHECK(contains(error_of(wrong), "store: add_scale_residual = "));
    wrong.residual = false;  // not used then
    CHECK(error_of(wrong) == "no error");
  }
  for (const float bad : {1e-40f, -INFINITY, NAN}) {
    isa::Store wrong = store;
    wrong.add_offset = bad;
    CHECK(contains(error_of(wrong), "store: add_offset = "));
  }
  store.add_offset = -3.5f;
  CHECK(error_of(store) == "no error");

  ReferenceChip reference(tiny());
  MemoryImage dram(64);
  dram[7] = 0x80;  // the scale -0.0 of lane 0 of the word
  reference.execute(isa::Instruction(isa::Load{[] {
                      isa::Load load;
                      load.buffer = isa::Buffer::kParameter;
                      load.run_bytes = 16;
                      load.dst_base = 5;
                      return load;
                    }()}),
                    dram);
  isa::Store per_channel;
  per_channel.requantize = true;
  reference.execute(isa::Instruction(per_channel), dram);
  per_channel.parameter_base = 5;
  CHECK_THROWS_WITH(reference.execute(isa::Instruction(per_channel), dram),
                    Contains("scale of parameter word 5, lane 0"));
}

TEST_CASE(
    "random programs run to their end, touch every kind of instruction and are the same for a "
    "seed") {
  for (const char* name : {"tiny", "edge16", "edge32"}) {
    const Chip chip = shipped_chip(name);
    int kinds[isa::kEngines] = {};
    for (std::uint64_t seed = 1; seed <= (std::string(name) == "tiny" ? 100u : 5u); ++seed) {
      CAPTURE(name, seed);
      fuzz::RandomOptions options;
      options.instructions = 44;  // four of them fill the memories
      fuzz::RandomProgram first = fuzz::make_random_program(chip, seed, options);
      const fuzz::RandomProgram again = fuzz::make_random_program(chip, seed, options);
      REQUIRE(first.dram == again.dram);
      ReferenceChip reference(chip);
      for (int b = 0; b < isa::kBases; ++b) reference.set_base(static_cast<isa::Base>(b), first.bases[b]);
      REQUIRE(isa::disassemble(first.program) == isa::disassemble(again.program));
      REQUIRE_NOTHROW(reference.execute(first.program, first.dram));
      CHECK(first.dram != again.dram);  // it stored something
      for (const auto& instruction : first.program.instructions) ++kinds[isa::index_of(isa::engine_of(instruction))];
    }
    for (const int kind : kinds) CHECK(kind > 30);
  }
}
