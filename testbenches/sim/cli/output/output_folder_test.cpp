// SPDX-License-Identifier: Apache-2.0
//
// Is a folder for results there before the work, and gone again if nothing came into it?
#include "cli/output/output_folder.hpp"

#include "sim/cli/command_bench.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;
namespace fs = std::filesystem;

TEST_CASE("a folder that cannot be made is the user's error with its name") {
  CHECK_THROWS_WITH(cli::OutputFolder("/proc/systole/out"), Contains("/proc/systole/out: cannot be created"));
}

TEST_CASE("a folder that was created for nothing goes again, one that was there or got a file stays") {
  const Scratch scratch;
  { const cli::OutputFolder unused(scratch.path / "made"); }
  CHECK(!fs::exists(scratch / "made"));
  { const cli::OutputFolder unused(scratch.path); }
  CHECK(fs::exists(scratch.path));
  {
    const cli::OutputFolder used(scratch.path / "used");
    scratch.file("used/file", "text");
  }
  CHECK(fs::exists(scratch / "used/file"));
  CHECK(!cli::OutputFolder(""));
}
