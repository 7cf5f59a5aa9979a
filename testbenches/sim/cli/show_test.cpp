// SPDX-License-Identifier: Apache-2.0
//
// Is what `chips`, `chip` and `disasm` show the thing itself again?
#include <fstream>

#include "isa/program.hpp"
#include "sim/cli/command_bench.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("the shipped chips are listed, and a shown chip is a chip file again") {
  const CommandResult list = systole_command({"chips"});
  CHECK(list.code == 0);
  for (const char* name : {"tiny", "edge16", "edge32", "npu128"}) CHECK(has(list.out, name));
  const Scratch scratch;
  const CommandResult shown = systole_command({"chip", "edge16"});
  CHECK(shown.code == 0);
  std::ofstream(scratch / "copy.toml") << shown.out;
  CHECK(systole_command({"chip", scratch / "copy.toml"}).out == shown.out);
}

TEST_CASE("a program is shown as assembler text that is the program again") {
  const Scratch scratch;
  isa::Program program;
  program.chip_name = "tiny";
  isa::Load load;
  load.run_bytes = 64;
  isa::Store store;
  store.requantize = true;
  store.dst_base = 128;
  program.instructions = {load, store};
  isa::write_program(program, scratch / "p.prog");
  const CommandResult r = systole_command({"disasm", scratch / "p.prog"});
  CHECK(r.code == 0);
  CHECK(has(r.out, "2 instructions for tiny"));
  const isa::Program again = isa::assemble(r.out, "text");
  REQUIRE(again.instructions.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) CHECK(isa::encode(again.instructions[i]) == isa::encode(program.instructions[i]));
}

TEST_CASE("two reports of the same network are compared node by node, and what is no report is refused") {
  const Scratch scratch;
  for (const char* chip : {"tiny", "edge16"})
    REQUIRE(systole_command(
                {"run", kDigits, "--chip", chip, "--on", "model", "--json", scratch / (std::string(chip) + ".json")})
                .code == 0);
  const CommandResult r = systole_command({"compare", scratch / "tiny.json", scratch / "edge16.json"});
  CHECK(r.code == 0);
  for (const char* part : {"tiny", "edge16", "conv1", "dense"}) CHECK(has(r.out, part));
  std::ofstream(scratch / "none.json") << "{}";
  check_user_error({"compare", scratch / "tiny.json", scratch / "none.json"}, {"none.json"});
}
