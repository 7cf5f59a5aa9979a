// SPDX-License-Identifier: Apache-2.0
//
// Does a shell complete what the parser knows, and does the manual page name it? The scripts are run in the shells that are there.
#include <boost/process.hpp>

#include "sim/cli/command_bench.hpp"

using namespace systole;
using namespace systole::test;
namespace bp = boost::process;

namespace {

// What bash offers for the last of these words.
std::string offered(const std::vector<std::string>& words) {
  const Scratch scratch;
  const std::string script = scratch.file("systole", systole_command({"completion", "bash"}).out);
  std::string text = "source " + script + "; COMP_WORDS=(";
  for (const std::string& word : words) text += "'" + word + "' ";
  text += "); COMP_CWORD=" + std::to_string(words.size() - 1) + "; _systole; echo \"${COMPREPLY[*]}\"";
  bp::ipstream out;
  std::string line;
  bp::child child(bp::search_path("bash"), "-c", text, bp::std_out > out);
  std::getline(out, line);
  child.wait();
  CHECK(child.exit_code() == 0);
  return line;
}

}  // namespace

TEST_CASE("bash completes commands, options and the values of an option") {
  CHECK(offered({"systole", "exp"}) == "explain export");
  CHECK(offered({"systole", "run", "--dump"}) == "--dump-tensors");
  CHECK(offered({"systole", "run", "--on", "r"}) == "rtl reference");
  CHECK(has(offered({"systole", "run", "--chip", "e"}), "edge16 edge32"));
  CHECK(offered({"systole", "fuzz", "--memory", ""}) == "random fixed");
}

TEST_CASE("other shells read their scripts without an error, if they are there") {
  for (const char* shell : {"zsh", "fish"}) {
    if (bp::search_path(shell).empty()) continue;
    const Scratch scratch;
    const std::string script = scratch.file("script", systole_command({"completion", shell}).out);
    CAPTURE(shell);
    CHECK(bp::system(bp::search_path(shell), "-n", script) == 0);
  }
}

TEST_CASE("the manual page has every command, exit code and variable") {
  const std::string page = systole_command({"completion", "man"}).out;
  CHECK(has(page, ".TH SYSTOLE 1"));
  for (const char* part :
       {".SH systole run", "\\-\\-dump\\-tensors DIR", "130, 143", "SYSTOLE_CACHE", ".SS Examples"}) {
    CAPTURE(part);
    CHECK(has(page, part));
  }
  check_user_error({"completion", "tcsh"}, {"bash, zsh, fish, man"});
}
