// SPDX-License-Identifier: Apache-2.0
//
// Does an installed tool find its data beside itself, and not in the source tree that it was built from?
#include "system/install/installation.hpp"

using namespace systole::test;
namespace fs = std::filesystem;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a moved installation shows the chips of its own prefix") {
  const Installation tool;
  const auto list = tool.systole({"chips"});
  INFO(list.error);
  REQUIRE(list.code == 0);
  CHECK(has(list.out, "edge16"));
  CHECK(tool.systole({"chip", "edge16"}).code == 0);
  // A chip that only this prefix has, and one that it no longer has.
  fs::copy_file(tool.data() / "chips/edge16.toml", tool.data() / "chips/mine.toml");
  fs::remove(tool.data() / "chips/edge16.toml");
  CHECK(has(tool.systole({"chips"}).out, "edge16"));  // the name in mine.toml
  CHECK(tool.systole({"chip", "mine"}).code == 0);
  const auto gone = tool.systole({"chip", "edge16"});
  CHECK(gone.code == 2);
  CHECK(has(gone.error, "neither a file nor a shipped chip"));
}

TEST_CASE("a manual page and completion for three shells come with the tool") {
  const Installation tool;
  const fs::path share = tool.data().parent_path();
  for (const char* file : {"bash-completion/completions/systole", "zsh/vendor-completions/_systole",
                           "fish/vendor_completions.d/systole.fish", "man/man1/systole.1"}) {
    CAPTURE(file);
    CHECK(has(text_of((share / file).string()), "systole"));
  }
}

TEST_CASE("a moved installation runs a network that came with it on the models") {
  const Installation tool;
  const auto run = tool.systole(
      {"run", (tool.data() / "networks/digits/digits_single.onnx").string(), "--chip", "edge16", "--on", "model"});
  INFO(run.error);
  CHECK(run.code == 0);
  CHECK(has(run.out, "equal to the ONNX arithmetic"));
}

TEST_CASE("what a moved installation exports names the RTL of its own prefix") {
  const Installation tool;
  std::ofstream(tool.data() / "rtl/files.f", std::ios::app) << "only_in_this_prefix.sv\n";
  const auto written = tool.systole({"export", (tool.data() / "networks/digits/digits_single.onnx").string(), "--chip",
                                     "tiny", "-o", tool.scratch("x")});
  INFO(written.error);
  REQUIRE(written.code == 0);
  CHECK(has(text_of(tool.scratch("x/rtl.f")), "$(SYSTOLE_RTL)/only_in_this_prefix.sv"));
}
