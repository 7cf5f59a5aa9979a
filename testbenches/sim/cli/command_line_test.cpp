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

TEST_CASE("without arguments the commands are listed with exit code 2, and by help with 0") {
  const CommandResult nothing = systole_command({}), help = systole_command({"help"});
  CHECK(nothing.code == 2);
  CHECK(nothing.out.empty());
  CHECK(help.code == 0);
  CHECK(help.out == nothing.error);
  CHECK(help.out == systole_command({"--help"}).out);
  for (const char* command : {"run", "export", "fuzz", "explain", "completion"}) CHECK(has(help.out, command));
  CHECK(systole_command({"help", "run"}).out == systole_command({"run", "--help"}).out);
}

TEST_CASE("no line of any help is wider than 80 columns, and options stand in groups with examples") {
  for (const char* command :
       {"run", "export", "quantize", "conformance", "dram", "fuzz", "chip", "compare", "coverage"}) {
    std::istringstream lines(systole_command({command, "--help"}).out);
    for (std::string line; std::getline(lines, line);) {
      CAPTURE(command, line);
      CHECK(line.size() <= 80);
    }
  }
  const std::string help = systole_command({"run", "--help"}).out;
  CHECK(has(help, "Usage: systole run NET --chip CHIP --on VIEW [options]\n"));
  CHECK(has(help, "\nWhat is written:\n"));
  CHECK(has(help, "\nExamples:\n  systole run"));
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
  check_user_error({"chip", "tinny"}, {"tinny", "did you mean \"tiny\"?"});
  check_user_error({"chip", "tiny", "--set", "chip.array_row=8"}, {"'chip.array_row', did you mean \"array_rows\"?"});
  check_user_error({"chip", "tiny", "--set", "memory.kind=hbm"}, {"did you mean \"hbm2\"?"});
  check_user_error({"dram", "--memory", "ddr4"}, {"ddr4"});
  check_user_error({"fly"}, {"unknown command \"fly\" (try --help)"});
  check_user_error({"exprot"}, {"did you mean \"export\"?"});
  check_user_error({"help", "exprot"}, {"did you mean \"export\"?"});
  check_user_error({"run", kDigits, "--chipp", "tiny", "--on", "model"}, {"run has no option --chipp", "\"--chip\"?"});
  check_user_error({"run", kDigits, "--chip", "tiny", "--on=model", "--zebra=3"}, {"run has no option --zebra"});
  check_user_error({"run", kDigits, "--chip", "tiny", "--on", "modl"}, {"--on modl: allowed are", "\"model\"?"});
  check_user_error({"run"}, {"--help"});
  check_user_error({"run", kDigits, "--chip", "tiny"}, {"--on"});
  check_user_error({"run", kDigits, "--chip", "tiny", "--on", "silicon"}, {"silicon", "reference"});
  check_user_error({"run", kDigits, "--chip", "tiny", "--on", "rtl", "--max-cycles", "0"}, {"--max-cycles"});
  check_user_error({"run", kDigits, "--chip", "tiny", "--on", "rtl", "--max-cycles", "many"}, {"--max-cycles"});
  check_user_error({"run", kDigits, "--chip", "tiny", "--on", "rtl", "--color"}, {"--color"});
}
