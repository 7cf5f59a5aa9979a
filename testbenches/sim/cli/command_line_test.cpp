// SPDX-License-Identifier: Apache-2.0
//
// Are the options those of docs/user/command_line.md, and are wrong ones one clear line?
#include <fstream>
#include <iterator>

#include "sim/cli/command_bench.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("help is everywhere and is not an error") {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{{"--help"},
                                                                                         {"run", "--help"},
                                                                                         {"chips", "--help"},
                                                                                         {"chip", "--help"},
                                                                                         {"disasm", "--help"},
                                                                                         {"fuzz", "--help"},
                                                                                         {"trace-diff", "--help"},
                                                                                         {"export", "--help"}}) {
    const CommandResult r = systole_command(arguments);
    CHECK(r.code == 0);
    CHECK(has(r.out, "Usage"));
    CHECK(r.error.empty());
  }
}

TEST_CASE("every option of run that the documentation names exists, and the other way round") {
  std::ifstream file(std::string(SYSTOLE_SOURCE_DIR) + "/docs/user/command_line.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  const std::string help = systole_command({"run", "--help"}).out;
  for (const char* option : {"--chip", "--on", "--input", "--output", "--dump-tensors", "--json", "--wave",
                             "--max-cycles", "--hang-cycles", "--seed", "--assertions", "--no-check"}) {
    CAPTURE(option);
    CHECK(has(page, option));
    CHECK(has(help, option));
  }
}

TEST_CASE("the version is that of the project") {
  const CommandResult r = systole_command({"--version"});
  CHECK(r.code == 0);
  CHECK(has(r.out, "systole 0."));
}

TEST_CASE("bad arguments are one line and exit code 2") {
  check_user_error({}, {"--help"});
  check_user_error({"fly"}, {"fly"});
  check_user_error({"run"}, {"--help"});
  check_user_error({"run", kDigits, "--chip", "tiny"}, {"--on"});
  check_user_error({"run", kDigits, "--chip", "tiny", "--on", "silicon"}, {"silicon", "reference"});
  check_user_error({"run", kDigits, "--chip", "tiny", "--on", "rtl", "--max-cycles", "0"}, {"--max-cycles"});
  check_user_error({"run", kDigits, "--chip", "tiny", "--on", "rtl", "--max-cycles", "many"}, {"--max-cycles"});
  check_user_error({"run", kDigits, "--chip", "tiny", "--on", "rtl", "--color"}, {"--color"});
}
