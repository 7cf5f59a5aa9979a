// SPDX-License-Identifier: Apache-2.0
//
// Are SCALE-Sim's files opened before a run and written after it, each whatever happens to the others, and do they say
// what the report says?
#include "cli/output/scalesim_files.hpp"

#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "isa/field.hpp"
#include "sim/cli/command_bench.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;
namespace fs = std::filesystem;

namespace {

const char* const kConvolutions =
    "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\n"
    "Conv1, 16, 16, 3, 3, 8, 16, 1,\n"
    "DP2, 9, 9, 3, 3, 8, 1, 2,\n"
    "Conv3, 14, 14, 3, 3, 8, 20, 1,\n";

std::string contents(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The lines behind the header, with the number in each column; what stands behind the last comma is no column.
std::vector<std::vector<double>> numbers(const std::string& file) {
  std::istringstream text(contents(file));
  std::vector<std::vector<double>> lines;
  std::string line;
  std::getline(text, line);
  while (std::getline(text, line)) {
    REQUIRE(line.back() == ',');
    lines.emplace_back();
    std::istringstream fields(line);
    for (std::string field; std::getline(fields, field, ',');) lines.back().push_back(std::stod(field));
  }
  return lines;
}

}  // namespace

TEST_CASE("a layer list has a line for each layer in SCALE-Sim's reports, with the bytes that the chip counted") {
  const Scratch scratch;
  const std::string folder = scratch / "made/reports";
  const std::string layers = scratch.file("layers.csv", kConvolutions);
  const std::string option = "--scalesim-reports";
  const CommandResult r = systole_command(
      {"run", layers, "--chip", "edge16", "--on", "model", option, folder, "--json", scratch / "r.json"});
  CAPTURE(r.error);
  REQUIRE(r.code == 0);
  CHECK(contents(folder + "/LAYER_NAMES.csv") == "LayerID,Layer name\n0,Conv1\n1,DP2\n2,Conv3\n");
  CHECK(has(contents(folder + "/COMPUTE_REPORT.csv"), "LayerID, Total Cycles (incl. prefetch), Total Cycles, "));
  const auto compute = numbers(folder + "/COMPUTE_REPORT.csv"), bandwidth = numbers(folder + "/BANDWIDTH_REPORT.csv");
  const auto json = nlohmann::json::parse(contents(scratch / "r.json"));
  REQUIRE(compute.size() == 3);
  REQUIRE(bandwidth.size() == 3);
  double read = 0, written = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    CAPTURE(i);
    REQUIRE(compute[i].size() == 7);
    REQUIRE(bandwidth[i].size() == 7);
    const auto& node = json["nodes"][i];
    const double cycles = compute[i][2], stall = compute[i][3];
    CHECK(compute[i][0] == i);
    CHECK(compute[i][1] == node["last_retire_cycle"].get<double>() - node["first_start_cycle"].get<double>());
    CHECK(cycles == node["cycles"]);
    CHECK(cycles - stall == node["array_cycles"].get<double>() + node["fill_cycles"].get<double>());
    CHECK(compute[i][4] == Approx(100 * node["utilization"].get<double>()));
    // The same multiplications in fewer cycles each: all, those at work, those with an activation word.
    CHECK(compute[i][4] < compute[i][6]);
    CHECK(compute[i][6] <= compute[i][5]);
    CHECK(compute[i][5] <= 100);
    const double its_read = std::round(cycles * bandwidth[i][4]) + std::round(cycles * bandwidth[i][5]);
    CHECK(its_read == node["dram_read_bytes"]);
    CHECK(std::round(cycles * bandwidth[i][5]) >= node["weight_read_bytes"]);
    read += its_read;
    written += std::round(cycles * bandwidth[i][6]);
  }
  // The words of this chip's buffers are as wide as its bus, so nothing fills up beats: what is left is the fetch of
  // instructions.
  CHECK(read + json["instructions"].get<double>() * isa::kInstructionBytes == json["counters"]["read_bytes"]);
  CHECK(written == json["counters"]["write_bytes"]);
}

TEST_CASE("SCALE-Sim's reports are refused without time, and where another result goes") {
  const Scratch scratch;
  const auto refused = [](std::vector<std::string> options, const std::vector<std::string>& parts) {
    options.insert(options.begin(), {"run", kDigits, "--chip", "tiny"});
    check_user_error(options, parts);
  };
  refused({"--on", "reference", "--scalesim-reports", scratch / "s"},
          {"--scalesim-reports", "model, timing, rtl, all"});
  refused({"--on", "model", "--scalesim-reports", scratch / "s", "--output", scratch / "s"},
          {"--scalesim-reports", "--output"});
  refused({"--on", "model", "--scalesim-reports", scratch / "s", "--csv", scratch / "s/COMPUTE_REPORT.csv"},
          {"--scalesim-reports", "--csv"});
  CHECK(!fs::exists(scratch / "s"));
}

TEST_CASE("a folder that cannot be written ends the command before SCALE-Sim's layers run, and is left as it was") {
  const Scratch scratch;
  const std::string layers = scratch.file("layers.csv", kConvolutions);
  const auto refused = [&](const std::string& folder, const std::string& part) {
    check_user_error({"run", layers, "--chip", "tiny", "--on", "model", "--scalesim-reports", folder}, {part});
  };
  refused("/proc/systole/out", "/proc/systole/out: cannot be created");
  refused(layers, "layers.csv: cannot be created");
  // One of the three is in the way: neither of the others is left.
  fs::create_directories(scratch.path / "s" / "BANDWIDTH_REPORT.csv");
  refused(scratch / "s", "BANDWIDTH_REPORT.csv: cannot be written: it is a folder");
  CHECK(std::distance(fs::directory_iterator(scratch / "s"), fs::directory_iterator()) == 1);
}

TEST_CASE("one of SCALE-Sim's files that cannot be written does not cost the others, and none is left of no run") {
  const Scratch scratch;
  const fs::path folder = scratch.path / "s";
  {
    cli::ScalesimFiles files(folder);
    const report::RunReport run;
    auto writers = files.writers(run);
    REQUIRE(writers.size() == 3);
    writers[1]();
    CHECK(fs::exists(folder / "BANDWIDTH_REPORT.csv"));
  }
  CHECK(std::distance(fs::directory_iterator(folder), fs::directory_iterator()) == 1);
  { const cli::ScalesimFiles unused(scratch.path / "unused"); }
  CHECK(!fs::exists(scratch / "unused"));
  CHECK(cli::ScalesimFiles("").writers({}).empty());
}
