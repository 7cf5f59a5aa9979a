// SPDX-License-Identifier: Apache-2.0
//
// Is what `systole fuzz` cannot do one clear line?
#include "sim/cli/command_bench.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("what fuzz cannot do is one line and exit code 2") {
  const Scratch scratch;
  check_user_error({"fuzz"}, {"--chip"});
  check_user_error({"fuzz", "--chip", "none"}, {"none"});
  check_user_error({"fuzz", "--chip", "tiny", "--programs", "0"}, {"--programs"});
  check_user_error({"fuzz", "--chip", "tiny", "--instructions", "4"}, {"--instructions"});
  check_user_error({"fuzz", "--chip", "tiny", "--jobs", "0"}, {"--jobs"});
  check_user_error({"fuzz", "--chip", "tiny", "--memory", "odd"}, {"--memory"});
  check_user_error({"fuzz", "--chip", "tiny", "--seconds", "0"}, {"--seconds"});
  check_user_error({"fuzz", "--chip", "tiny", "--require-coverage", "101"}, {"--require-coverage"});
  check_user_error({"fuzz", "--chip", "tiny", "--json", scratch / "no/f.json"}, {"No such file or directory"});
  check_user_error({"fuzz", "--chip", "tiny", "--junit", scratch / "no/f.xml"}, {"No such file or directory"});
  check_user_error({"fuzz", "--replay", scratch / "nothing"}, {"nothing.chip.toml", "no such file"});
}
