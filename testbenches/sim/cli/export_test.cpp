// SPDX-License-Identifier: Apache-2.0
//
// Does `systole export` write the files that it lists, and the very program that `systole run` measures?
#include <fstream>
#include <nlohmann/json.hpp>

#include "sim/cli/command_bench.hpp"
#include "sim/quantize/float_networks.hpp"

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
  CHECK(files == 15);
  const CommandResult program = systole_command({"disasm", scratch / "x/step1.prog"});
  CHECK(program.code == 0);
  CHECK(has(program.out, "matrix "));
}

namespace {

nlohmann::json json_of(const std::string& file) {
  std::ifstream in(file);
  return nlohmann::json::parse(in);
}

void check_same_program(const std::string& network, const std::vector<std::string>& options) {
  CAPTURE(network, options);
  const Scratch scratch;
  std::vector<std::string> exported = {"export", network, "--chip", "tiny", "-o", scratch / "x"},
                           run = {"run", network, "--chip", "tiny", "--on", "model", "--json", scratch / "r.json"};
  exported.insert(exported.end(), options.begin(), options.end());
  run.insert(run.end(), options.begin(), options.end());
  REQUIRE(systole_command(exported).code == 0);
  REQUIRE(systole_command(run).code == 0);
  std::uint64_t cycles = 0, instructions = 0;
  const auto manifest = json_of(scratch / "x/manifest.json");
  for (const auto& step : manifest["steps"]) {
    cycles += step["cycles"].get<std::uint64_t>();
    instructions += step["program_count"].get<std::uint64_t>();
  }
  const auto report = json_of(scratch / "r.json");
  CHECK(report["cycles"] == cycles);
  CHECK(report["instructions"] == instructions);
}

}  // namespace

TEST_CASE("what export writes is the program that run measures") {
  const Scratch scratch;
  small_resnet(3).write(scratch / "float.onnx");
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{}, {"--search", "none"}, {"--search", "full"}})
    check_same_program(kDigits, options);
  check_same_program(std::string(SYSTOLE_SOURCE_DIR) + "/sim/networks/digits/digits.onnx", {});
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{}, {"--per-tensor", "--seed", "5"}, {"--samples", "3"}})
    check_same_program(scratch / "float.onnx", options);
}

TEST_CASE("a network without a node on the chip is not exported") {
  const Scratch scratch;
  ModelBuilder b(13);
  b.input("x", ElementType::kFloat32, {2, 3}).node("Sigmoid", {"x"}, {"y"}).output("y", ElementType::kFloat32, {2, 3});
  b.write(scratch / "host.onnx");
  const CommandResult r = systole_command({"export", scratch / "host.onnx", "--chip", "tiny", "-o", scratch / "x"});
  CHECK(r.code == 2);
  CHECK(has(r.error, "no node runs on the chip"));
  CHECK(!fs::exists(scratch / "x"));
}
