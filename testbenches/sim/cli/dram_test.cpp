// SPDX-License-Identifier: Apache-2.0
//
// Does `systole dram` measure what it is asked to, and is bad input one clear line?
#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "sim/cli/command_bench.hpp"

using namespace systole;
using namespace systole::test;

namespace {

CommandResult dram(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "dram");
  return systole_command(arguments);
}

std::string error_of_dram(const std::vector<std::string>& arguments) {
  const CommandResult r = dram(arguments);
  CHECK(r.code == 2);
  CHECK(r.out.empty());
  CHECK(std::count(r.error.begin(), r.error.end(), '\n') == 1);
  return r.error;
}

nlohmann::json json_of(const Scratch& scratch, std::vector<std::string> arguments) {
  const std::string file = scratch / "out.json";
  arguments.insert(arguments.end(), {"--json", file});
  const CommandResult r = dram(arguments);
  CAPTURE(r.error);
  REQUIRE(r.code == 0);
  std::ifstream in(file);
  return nlohmann::json::parse(in);
}

}  // namespace

TEST_CASE("dram measures a stream, random addresses and a file") {
  const Scratch scratch;
  auto json = json_of(scratch, {"--memory", "ddr4_3200", "--requests", "20000"});
  CHECK(json["requests"] == 20000);
  CHECK(json["outstanding"] == 32);
  CHECK(json["bytes"] == 20000 * 64);
  CHECK(json["share_of_peak"] > 0.9);
  CHECK(json["row_hit_rate"] > 0.95);
  CHECK(json["peak_bytes_per_second"] == 25'600'000'000);
  CHECK(json["read_latency_ns"]["p50"] <= json["read_latency_ns"]["p99"]);
  CHECK(json["reads"] == 20000);

  json = json_of(scratch, {"--memory", "hbm2", "--pattern", "random", "--requests", "20000", "--outstanding", "1",
                           "--channels", "2", "--seed", "7"});
  CHECK(json["channels"] == 2);
  CHECK(json["row_hit_rate"] < 0.1);
  const auto again = json_of(scratch, {"--memory", "hbm2", "--pattern", "random", "--requests", "20000",
                                       "--outstanding", "1", "--channels", "2", "--seed", "7"});
  CHECK(again["clocks"] == json["clocks"]);

  json = json_of(scratch, {"--memory", "hbm3", "--stacks", "2", "--channels", "3", "--requests", "20000"});
  CHECK(json["stacks"] == 2);
  CHECK(json["channels"] == 3);
  CHECK(json["outstanding"] == 2 * 3 * 2 * 32);
  CHECK(json["peak_bytes_per_second"] == 2 * 3 * 51'200'000'000);
  CHECK(dram({"--memory", "hbm3", "--stacks", "2", "--requests", "10"})
            .out.find("hbm3: 2 stacks of 16 channels of 2 x ") == 0);

  const std::string file = scratch.file("accesses", "R 0\r\nW 0x40\nR 0x40\nR 128\n");
  json = json_of(scratch, {"--memory", "ddr4_2400", "--pattern", file});
  CHECK(json["requests"] == 4);
  CHECK(json["writes"] == 1);
  CHECK(json["forwarded_reads"] == 1);
  json = json_of(scratch, {"--memory", "ddr4_2400", "--pattern", file, "--requests", "9"});
  CHECK(json["writes"] == 2);
}

TEST_CASE("dram measures the memory of a chip file") {
  const Scratch scratch;
  std::ifstream in(std::string(SYSTOLE_SOURCE_DIR) + "/sim/chips/tiny.toml");
  std::string text((std::istreambuf_iterator<char>(in)), {});
  const std::string ideal = scratch.file("ideal.toml", text);
  text = text.substr(0, text.find("[memory]")) + "[memory]\nkind = \"ddr4_2400\"\ntcl = 30\ntrtw = 24\n";
  const auto json =
      json_of(scratch, {"--memory", scratch.file("chip.toml", text), "--requests", "100", "--outstanding", "1"});
  CHECK(json["read_latency_ns"]["p50"].get<double>() == Approx((30 + 4 + 1) / 1.2));
  CHECK(error_of_dram({"--memory", ideal}).find("memory.kind = 'ideal': must be one of ddr4_2400") !=
        std::string::npos);
}

TEST_CASE("bad input of dram is one line") {
  const Scratch scratch;
  const auto with = [&](const std::string& text) {
    return error_of_dram({"--memory", "ddr4_2400", "--pattern", scratch.file("bad", text)});
  };
  const std::string place = scratch / "bad";
  CHECK(with("R 0\nX 5\n").find(place + ":2: 'X 5': must be R or W, a blank and an address") != std::string::npos);
  for (const char* line : {"R", "R ", "R  5", "R 5 ", "R 0x", "R -1", "R 0xg", "RW 3", "R 5x", "", "r 5", "R\t5"}) {
    CAPTURE(line);
    CHECK(with("W 64\n" + std::string(line) + "\nR 0\n").find(place + ":2: ") != std::string::npos);
  }
  CHECK(with("R 8589934592\n").find("an address below 0x200000000") != std::string::npos);
  CHECK(with("R 99999999999999999999\n").find("an address below") != std::string::npos);
  CHECK(with("").find("has no lines") != std::string::npos);
  CHECK(with(std::string("R \0001\n", 5)).find(place + ":1: ") != std::string::npos);
  CHECK(error_of_dram({"--memory", "ddr4_2400", "--pattern", "/no/such"}).find("no such file") != std::string::npos);
  CHECK(error_of_dram({"--memory", "ddr9"}).find("ddr4_2400, ddr4_3200") != std::string::npos);
  CHECK(error_of_dram({"--memory", "ddr4_2400", "--mapping", "row"}).find("'bankgroup' is missing") !=
        std::string::npos);
  CHECK(error_of_dram({"--memory", "ddr4_2400", "--outstanding", "0"}).find("--outstanding") != std::string::npos);
  CHECK(error_of_dram({"--memory", "ddr4_2400", "--channels", "0"}).find("--channels") != std::string::npos);
  CHECK(error_of_dram({"--memory", "hbm3", "--stacks", "17"}).find("--stacks") != std::string::npos);
  CHECK(error_of_dram({"--memory", "ddr4_2400", "--stacks", "2"})
            .find("stacks = 2: must be 1: only HBM comes in stacks") != std::string::npos);
  CHECK(error_of_dram({"--memory", "ddr4_2400", "--channel-bits", "24"}).find("channel_bits") != std::string::npos);
  CHECK(error_of_dram({"--memory", "ddr4_2400", "--requests", "10", "--json", "/no/such/file"})
            .find("cannot be written") != std::string::npos);
  CHECK(error_of_dram({}).find("--memory") != std::string::npos);
}
