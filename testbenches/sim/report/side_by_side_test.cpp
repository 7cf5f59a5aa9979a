// SPDX-License-Identifier: Apache-2.0
//
// Do two reports come out side by side, nodes by name, and is what is no report refused in one line?
#include "report/side_by_side.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>

#include "catch.hpp"
#include "support/error.hpp"

namespace systole::report {
namespace {

using Json = nlohmann::json;

Json report(std::uint64_t cycles, const Json& nodes) {
  return {{"chip", "toy"},    {"network", "net"},   {"view", "model"},
          {"cycles", cycles}, {"utilization", 0.5}, {"nodes", nodes}};
}

std::string error_of(const std::string& text) {
  const auto file = std::filesystem::temp_directory_path() / ("systole-side-" + std::to_string(::getpid()));
  std::ofstream(file) << text;
  try {
    read_report(file);
  } catch (const UserError& error) {
    std::filesystem::remove(file);
    return error.what();
  }
  std::filesystem::remove(file);
  return "";
}

}  // namespace

TEST_CASE("nodes are compared by name, totals and nodes with their change") {
  const Json a =
      report(1000, Json::parse(R"([{"name": "x", "cycles": 400, "dram_bytes": 64}, {"name": "gone", "cycles": 600},
                                              {"name": "host", "cycles": 0}])"));
  const Json b =
      report(1500, Json::parse(R"([{"name": "new", "cycles": 1300}, {"name": "x", "cycles": 200, "dram_bytes": 64},
                                              {"name": "host", "cycles": 0}])"));
  const std::string text = std::regex_replace(side_by_side({a, b}), std::regex(" +"), " ");
  CAPTURE(text);
  const auto has = [&](const std::string& part) { return text.find(part) != std::string::npos; };
  CHECK(has("A: net on toy, view: model\nB: net on toy, view: model\n"));
  CHECK(has("+50.0 %"));
  CHECK(has(" x 400 200 -50.0 % 64 64 =\n"));
  CHECK(has(" gone 600 -"));
  CHECK(has(" new - 1,300"));
  CHECK_FALSE(has("host"));
}

TEST_CASE("what differs in what was run stands before the totals, and equal things nowhere") {
  Json a = report(1000, Json::array()), b = a;
  a["made_by"] = {
      {"seed", 1}, {"search", "fast"}, {"chip_keys", {{"chip.array_rows", "16"}, {"chip.post_lanes", "8"}}}};
  b["made_by"] = {
      {"seed", 1}, {"search", "full"}, {"chip_keys", {{"chip.array_rows", "32"}, {"chip.post_lanes", "8"}}}};
  const std::string text = std::regex_replace(side_by_side({a, b}), std::regex(" +"), " ");
  CAPTURE(text);
  const std::size_t rows = text.find(" chip.array_rows 16 32\n");
  REQUIRE(rows != std::string::npos);
  CHECK(rows < text.find("cycles"));
  CHECK(text.find(" search fast full\n") != std::string::npos);
  CHECK(text.find("post_lanes") == std::string::npos);
  CHECK(text.find("seed") == std::string::npos);
  CHECK(side_by_side({a, a}).find("different") == std::string::npos);
}

TEST_CASE("any number of reports stand side by side, the best first if wanted") {
  std::vector<Json> reports;
  for (const std::uint64_t cycles : {300u, 100u, 200u})
    reports.push_back(report(cycles, {{{"name", "x"}, {"cycles", cycles}, {"dram_bytes", 7}}}));
  reports[1]["utilization"] = 0.25;
  const auto text = [&] { return std::regex_replace(side_by_side(reports), std::regex(" +"), " "); };
  CHECK(text().find(" x 300 100 -66.7 % 200 -33.3 %\n") != std::string::npos);
  sort_reports(reports, "cycles");
  CHECK(text().find(" x 100 200 +100.0 % 300 +200.0 %\n") != std::string::npos);
  sort_reports(reports, "utilization");
  CHECK(reports[2]["cycles"] == 100);
  CHECK_THROWS_WITH(sort_reports(reports, "cycle"), Contains("did you mean \"cycles\"?"));
}

TEST_CASE("what is no report is refused with the place") {
  CHECK(error_of("{").find("not JSON") != std::string::npos);
  CHECK(error_of("[]").find("not an object") != std::string::npos);
  CHECK(error_of(R"({"chip": 3})").find("'chip' is missing or no text") != std::string::npos);
  CHECK(error_of(R"({"chip": "c", "network": "n", "view": "v"})").find("'nodes' is missing or no list") !=
        std::string::npos);
  CHECK(error_of(R"({"chip": "c", "network": "n", "view": "v", "nodes": [{}]})").find("nodes[0]: 'name'") !=
        std::string::npos);
  CHECK(error_of(report(1, Json::array()).dump()).empty());
  Json wrong = report(1, Json::array());
  wrong["cycles"] = "many";
  CHECK_THROWS_AS(side_by_side({wrong, wrong}), UserError);
  for (const double cycles : {-5.0, 1e300, 0x1p63}) {
    wrong["cycles"] = cycles;
    CHECK_THROWS_WITH(side_by_side({wrong, wrong}), Contains("allowed: 0 to 2^63"));
  }
  CHECK(error_of(std::string(100'000, '[') + std::string(100'000, ']')).find("deeper than") != std::string::npos);
}

}  // namespace systole::report
