// SPDX-License-Identifier: Apache-2.0
//
// Does the coverage of several runs add up, and can it be demanded?
#include "fuzz/coverage.hpp"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "sim/cli/command_bench.hpp"

using namespace systole;
using namespace systole::test;

namespace {

// A file of fuzz --json whose programs hit all points, or those of even or odd number.
nlohmann::json hits(int first, int step) {
  nlohmann::json json;
  int number = 0;
  const fuzz::Coverage all;
  for (const auto& [point, none] : all.points()) json["coverage"][point] = number++ % step == first ? 3 : 0;
  return json;
}

}  // namespace

TEST_CASE("what two runs covered together is shown, demanded and written, and can be merged again") {
  const Scratch scratch;
  const std::string even = scratch.file("even.json", hits(0, 2).dump()),
                    odd = scratch.file("odd.json", hits(1, 2).dump());
  const CommandResult one = systole_command({"coverage", even, "--require", "51"});
  CHECK(one.code == 1);
  CHECK(has(one.out, "never hit"));
  const std::size_t points = fuzz::Coverage().points().size();
  const double percent = 100.0 * static_cast<double>((points + 1) / 2) / static_cast<double>(points);
  CHECK(has(one.error, fmt::format("{:.2f} % of the coverage points were hit, required are 51 %", percent)));
  CHECK(systole_command({"coverage", even, "--require", "50"}).code == 0);

  const CommandResult both =
      systole_command({"coverage", even, odd, "--require", "100", "--json", scratch / "all.json"});
  CHECK(both.code == 0);
  CHECK(!has(both.out, "never hit"));
  const CommandResult again = systole_command({"coverage", scratch / "all.json", "--require", "100"});
  CHECK(again.code == 0);
  CHECK(again.out == both.out);
}

TEST_CASE("what is no coverage is one line and exit code 2") {
  const Scratch scratch;
  check_user_error({"coverage"}, {"files"});
  check_user_error({"coverage", scratch / "none.json"}, {"none.json", "no such file"});
  check_user_error({"coverage", scratch.file("a.json", "[1]")}, {"a.json", "coverage"});
  check_user_error({"coverage", scratch.file("b.json", R"({"coverage": {"load": -1}})")}, {"b.json", "load"});
  check_user_error({"coverage", scratch.file("c.json", R"({"coverage": {}})"), "--json", scratch.path.string()},
                   {"it is a folder"});
}
