// SPDX-License-Identifier: Apache-2.0
//
// Is a file that is not what it should be one clear line, whatever the command?
#include <fstream>

#include "sim/cli/command_bench.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("files that are not what they should be are one line and exit code 2") {
  const Scratch scratch;
  std::ofstream(scratch / "garbage") << "not a network, not a chip, not a program\n";
  check_user_error({"run", kDigits, "--chip", "edge17", "--on", "reference"}, {"edge17", "tiny", "edge16"});
  check_user_error({"run", kDigits, "--chip", scratch / "garbage", "--on", "reference"}, {"garbage"});
  check_user_error({"run", scratch / "none.onnx", "--chip", "tiny", "--on", "reference"}, {"none.onnx"});
  check_user_error({"run", scratch / "garbage", "--chip", "tiny", "--on", "reference"}, {"garbage"});
  check_user_error({"run", scratch.path.string(), "--chip", "tiny", "--on", "reference"},
                   {scratch.path.filename().string()});
  check_user_error({"disasm", scratch / "garbage"}, {"garbage"});
  check_user_error({"chip", scratch / "none.toml"}, {"none.toml"});
}
