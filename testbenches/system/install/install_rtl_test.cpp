// SPDX-License-Identifier: Apache-2.0
//
// Does an installed tool build and run the RTL from what is installed with it?
#include "system/install/installation.hpp"

using namespace systole::test;
namespace fs = std::filesystem;

TEST_CASE("a moved installation builds a chip from its own files and runs a network on it") {
  const Installation tool;
  fs::remove_all(tool.data() / "prebuilt");
  const auto run = tool.systole(
      {"run", (tool.data() / "networks/digits/digits_single.onnx").string(), "--chip", "tiny", "--on", "rtl"});
  INFO(run.error);
  REQUIRE(run.code == 0);
  CHECK(run.error.find("built " + tool.cache().string()) != std::string::npos);
  fs::path log;
  for (const auto& entry : fs::directory_iterator(tool.cache()))
    if (entry.path().extension() == ".log") log = entry.path();
  const std::string commands = text_of(log);
  CHECK(commands.find((tool.data() / "wrapper/sim/verilated/verilated_chip.cpp").string()) != std::string::npos);
  CHECK(commands.find((tool.data() / "rtl").string()) != std::string::npos);
  CHECK(commands.find(std::string(SYSTOLE_SOURCE_DIR) + "/") == std::string::npos);
}
