// SPDX-License-Identifier: Apache-2.0
//
// Does `systole export` write the files that it lists?
#include "sim/cli/command_bench.hpp"

using namespace systole;
using namespace systole::test;
namespace fs = std::filesystem;

TEST_CASE("export writes the files that it lists") {
  const Scratch scratch;
  const CommandResult r = systole_command({"export", kDigits, "--chip", "tiny", "-o", scratch / "x"});
  REQUIRE(r.code == 0);
  std::istringstream lines(r.out);
  int files = 0;
  for (std::string line; std::getline(lines, line); ++files) CHECK(fs::file_size(line) > 0);
  CHECK(files == 7);
  const CommandResult program = systole_command({"disasm", scratch / "x/step1.prog"});
  CHECK(program.code == 0);
  CHECK(has(program.out, "matrix "));
}
