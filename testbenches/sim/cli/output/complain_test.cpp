// SPDX-License-Identifier: Apache-2.0
#include "cli/output/complain.hpp"

#include <sstream>

#include "catch.hpp"

using namespace systole::cli;

TEST_CASE("what went wrong is a line that draws nothing on the terminal, and keeps its own lines") {
  std::ostringstream out, error;
  complain({out, error}, "net.onnx: node '\x1b[31m' is\nunknown");
  CHECK(error.str() == "systole: net.onnx: node '\\x1b[31m' is\nunknown\n");
  CHECK(out.str().empty());
}
