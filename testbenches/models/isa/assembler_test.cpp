// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "isa/program.hpp"
#include "models/isa/random_instructions.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::isa;

namespace {

std::string assembling_error(const std::string& text) {
  try {
    assemble(text, "p.s");
  } catch (const UserError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("disassembled random instructions assemble to the same bits") {
  const std::uint64_t seed = 11;
  CAPTURE(seed);
  Random random(seed);
  Program program{"tiny", ~0ull, {}};
  while (program.instructions.size() < 5000)
    program.instructions.push_back(testing::random_program_instruction(random));
  const std::string text = disassemble(program);
  const Program back = assemble(text, "round_trip.s");
  CHECK(back.chip_name == program.chip_name);
  CHECK(back.chip_fingerprint == program.chip_fingerprint);
  REQUIRE(back.instructions.size() == program.instructions.size());
  for (std::size_t i = 0; i < back.instructions.size(); ++i) {
    INFO(disassemble(program.instructions[i]));
    REQUIRE(encode(back.instructions[i]) == encode(program.instructions[i]));
  }
  CHECK(disassemble(back) == text);
}

TEST_CASE(
    "a text that names the field requantise, as earlier ones do, still assembles and is written with the name of "
    "today") {
  const Program old = assemble("store requantise=1 destination=activation clamp_low=-7", "old.s");
  CHECK(std::get<Store>(old.instructions.at(0)).requantize);
  CHECK(disassemble(old) == "store destination=activation requantize=1 clamp_low=-7\n");
  CHECK(assembling_error("store requantise=1 requantize=1").find("'requantize' is given twice") != std::string::npos);
  CHECK(assembling_error("store requantise=2").find("requantize = '2'") != std::string::npos);
  CHECK(assembling_error("load requantise=1").find("unknown field 'requantize'") != std::string::npos);
}

TEST_CASE("every float pattern that has a corner comes back exactly") {
  for (const std::uint32_t bits :
       {0x00000000u, 0x80000000u, 0x00000001u, 0x807fffffu, 0x00800000u, 0x7f7fffffu, 0x7f800000u, 0xff800000u,
        0x7fc00000u, 0x7f800001u, 0xffffffffu, 0x3dcccccdu, 0x3f800001u}) {
    Store store;
    store.requantize = true;
    std::memcpy(&store.add_offset, &bits, sizeof bits);
    const std::string line = disassemble(Instruction(store));
    CAPTURE(line);
    CHECK(encode(assemble(line, "f.s").instructions.at(0))[27] == bits);
  }
}

TEST_CASE("a line is what a person would write") {
  const Program program = assemble(
      "# a comment\n"
      ".chip name=edge16 fingerprint=0x10\n"
      "\n"
      "load buffer=weight base=weight dram_offset=0x40 run_bytes=64 wait=0,3 post=1\r\n"
      "\tmatrix m_y=2 m_x=3 activation_stride_y=-4   # negative\n"
      "store requantize=1 destination=activation add_offset=0.25 clamp_low=-7",
      "p.s");
  CHECK(program.chip_name == "edge16");
  CHECK(program.chip_fingerprint == 16);
  REQUIRE(program.instructions.size() == 3);
  const auto& load = std::get<Load>(program.instructions[0]);
  CHECK(load.buffer == Buffer::kWeight);
  CHECK(load.base == Base::kWeight);
  CHECK(load.dram_offset == 0x40);
  CHECK(load.run_bytes == 64);
  CHECK(load.common.wait_mask == 9);
  CHECK(load.common.post_mask == 2);
  CHECK(std::get<Matrix>(program.instructions[1]).activation_stride_y == -4);
  const auto& store = std::get<Store>(program.instructions[2]);
  CHECK(store.destination == Destination::kActivation);
  CHECK(store.add_offset == 0.25f);
  CHECK(store.clamp_low == -7);
  CHECK(disassemble(program.instructions[0]) ==
        "load buffer=weight base=weight dram_offset=64 run_bytes=64 wait=0,3 post=1");
}

TEST_CASE("the outer loops and the long offsets have words of their own") {
  const Program program = assemble(
      "load dram_offset=0xfedc89abcdef count_4=3 dram_stride_4=-4096 dst_stride_4=64\n"
      "matrix m_b=4 n_b=12 activation_stride_b=49 activation_stride_nb=-7\n"
      "store requantize=1 dst_base=0x100000000 count_4=2 dst_stride_4=1 source_stride_4=2 residual_stride_4=3\n",
      "p.s");
  const auto& load = std::get<Load>(program.instructions.at(0));
  CHECK(load.dram_offset == 0xfedc89abcdef);
  CHECK(load.count[3] == 3);
  CHECK(load.dram_stride[3] == -4096);
  CHECK(load.dst_stride[3] == 64);
  const auto& matrix = std::get<Matrix>(program.instructions.at(1));
  CHECK(matrix.m_b == 4);
  CHECK(matrix.n_b == 12);
  CHECK(matrix.activation_stride_b == 49);
  CHECK(matrix.activation_stride_nb == -7);
  const auto& store = std::get<Store>(program.instructions.at(2));
  CHECK(store.dst_base == 0x100000000);
  CHECK(store.count[4] == 2);
  CHECK(store.dst_stride[3] == 1);
  CHECK(store.source_stride[4] == 2);
  CHECK(store.residual_stride[3] == 3);
}

TEST_CASE("a wrong line is refused with its number, the value and what is allowed") {
  CHECK(assembling_error("jump") == "p.s:1: 'jump': must be load, matrix, store or .chip");
  CHECK(assembling_error("load\n\nload color=3") == "p.s:3: unknown field 'color'");
  CHECK(assembling_error("load run_bytes") == "p.s:1: 'run_bytes': must be field=value");
  CHECK(assembling_error("load =3") == "p.s:1: '=3': must be field=value");
  CHECK(assembling_error("load run_bytes=1 run_bytes=1") == "p.s:1: 'run_bytes' is given twice");
  CHECK(assembling_error("load run_bytes=16777216") ==
        "p.s:1: run_bytes = '16777216': must be a number, 0 to 16777215");
  CHECK(assembling_error("load run_bytes=-1") == "p.s:1: run_bytes = '-1': must be a number, 0 to 16777215");
  CHECK(assembling_error("load run_bytes=0x") == "p.s:1: run_bytes = '0x': must be a number, 0 to 16777215");
  CHECK(assembling_error("load run_bytes=") == "p.s:1: run_bytes = '': must be a number, 0 to 16777215");
  CHECK(assembling_error("load run_bytes=99999999999999999999999") ==
        "p.s:1: run_bytes = '99999999999999999999999': must be a number, 0 to 16777215");
  CHECK(assembling_error("load dst_stride_1=2147483648") ==
        "p.s:1: dst_stride_1 = '2147483648': must be a decimal number, -2147483648 to 2147483647");
  CHECK(assembling_error("load dram_offset=0x1000000000000") ==
        "p.s:1: dram_offset = '0x1000000000000': must be a number, 0 to 281474976710655");
  CHECK(assembling_error("load dram_offset_high=1") == "p.s:1: unknown field 'dram_offset_high'");
  CHECK(assembling_error("store requantize=1 destination=activation dst_base=0x100000000") ==
        "p.s:1: illegal instruction: dst_base_high with the activation buffer as destination");
  CHECK(assembling_error("load buffer=cache") ==
        "p.s:1: buffer = 'cache': must be one of activation, weight, parameter");
  CHECK(assembling_error("matrix accumulate=2") == "p.s:1: accumulate = '2': must be a number, 0 to 1");
  CHECK(assembling_error("store requantize=1 clamp_low=-32769") ==
        "p.s:1: clamp_low = '-32769': must be a decimal number, -32768 to 32767");
  CHECK(assembling_error("store requantize=1 add_offset=1e99") ==
        "p.s:1: add_offset = '1e99': must be a finite float32, or bits:0x and its bits");
  CHECK(assembling_error("store requantize=1 add_offset=nan") ==
        "p.s:1: add_offset = 'nan': must be a finite float32, or bits:0x and its bits");
  CHECK(assembling_error("load wait=16") == "p.s:1: wait = '16': must be a number, 0 to 15");
  CHECK(assembling_error("load wait=1,") == "p.s:1: wait = '': must be a number, 0 to 15");
  CHECK(assembling_error("load wait=1,1") == "p.s:1: wait = '1,1': must be a list without a semaphore twice");
  CHECK(assembling_error("load run_bytes=0") == "p.s:1: illegal instruction: run_bytes is 0");
  CHECK(assembling_error("matrix m_y=1000 m_x=1000") ==
        "p.s:1: m_b * m_y * m_x = 1000000: must be at most 65536, the accumulator rows of the largest "
        "chip");
  CHECK(assembling_error(".chip speed=3") == "p.s:1: unknown key 'speed' of .chip: must be name or fingerprint");
  CHECK(assembling_error(".chip name=a/b") ==
        "p.s:1: the chip name has characters other than letters, digits, '_', '-', '.'");
  CHECK(assembling_error(".chip name=" + std::string(65, 'a')) == "p.s:1: chip name of 65 bytes: at most 64");
  CHECK(assembling_error(std::string("load\0 tag=1", 11)) == "p.s:1: a NUL byte");
}

TEST_CASE("random text never crashes the assembler") {
  const std::uint64_t seed = 5;
  CAPTURE(seed);
  Random random(seed);
  const std::string letters = "load matrix store=0123456789x-,.#\n\n  run_bytes=wait=\xff\t\r";
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    const auto size = random.below(120);
    for (std::uint64_t c = 0; c < size; ++c) text += letters[random.below(letters.size())];
    try {
      assemble(text, "random.s");
    } catch (const UserError&) {
    }
  }
}
