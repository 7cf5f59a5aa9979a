// SPDX-License-Identifier: Apache-2.0
//
// Are the shipped kinds sound, and are parameters that contradict each other refused by name?
#include "memory/dram_kinds.hpp"

#include "catch.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::memory;

namespace {

std::string complaint_of(const DramConfig& config) {
  const auto complaint = check_dram(config);
  return complaint ? complaint->key : "";
}

}  // namespace

TEST_CASE("every kind keeps the rules and has the capacity and the peak of its part") {
  struct Expected {
    const char* kind;
    std::uint64_t mib, peak_mb;
    std::uint32_t burst_bytes, burst_clocks;
  };
  const Expected all[] = {{"ddr4_2400", 8192, 19200, 64, 4},  {"ddr4_3200", 8192, 25600, 64, 4},
                          {"lpddr4_3200", 1024, 6400, 32, 8}, {"lpddr5_6400", 2048, 12800, 32, 2},
                          {"hbm2", 4096, 256000, 32, 2},      {"hbm2e", 8192, 409600, 32, 2},
                          {"hbm3", 16384, 819200, 32, 2}};
  REQUIRE(dram_kind_names().size() == std::size(all));
  for (const Expected& expected : all) {
    CAPTURE(expected.kind);
    REQUIRE(is_dram_kind(expected.kind));
    const DramConfig config = dram_config(expected.kind);
    CHECK(complaint_of(config) == "");
    CHECK(config.organization.size_bytes() == expected.mib << 20);
    CHECK(config.organization.peak_bytes_per_second() == expected.peak_mb * 1'000'000);
    CHECK(config.organization.burst_bytes() == expected.burst_bytes);
    CHECK(config.organization.burst_clocks() == expected.burst_clocks);
  }
  CHECK_FALSE(is_dram_kind("ideal"));
  CHECK_THROWS_AS(dram_config("ideal"), UserError);
}

TEST_CASE("an LPDDR5 channel is 16 or 32 bits wide") {
  DramConfig config = dram_config("lpddr5_6400");
  config.organization.channel_bits = 32;
  CHECK(complaint_of(config) == "");
  CHECK(config.organization.burst_bytes() == 64);
  CHECK(config.organization.peak_bytes_per_second() == 25'600'000'000);
  config.organization.channel_bits = 8;
  CHECK(complaint_of(config) == "channel_bits");
  config = dram_config("hbm2");
  config.organization.channel_bits = 32;
  CHECK(complaint_of(config) == "channel_bits");
}

TEST_CASE("stacks multiply channels, capacity and peak of HBM, and nothing else has any") {
  for (const std::string_view kind : dram_kind_names()) {
    CAPTURE(std::string(kind));
    DramConfig config = dram_config(kind);
    const DramOrganization one = config.organization;
    CHECK(one.stacks == 1);
    config.organization.stacks = 5;
    const DramOrganization& five = config.organization;
    CHECK(five.command_buses() == 5 * one.command_buses());
    CHECK(five.size_bytes() == 5 * one.size_bytes());
    CHECK(five.peak_bytes_per_second() == 5 * one.peak_bytes_per_second());
    CHECK(complaint_of(config) == (kind.substr(0, 3) == "hbm" ? "" : "stacks"));
    config.organization.stacks = 0;
    CHECK(complaint_of(config) == "stacks");
  }
}

TEST_CASE("parameters that contradict each other are refused by name") {
  const auto with = [](std::uint32_t DramTiming::*member, std::uint32_t value) {
    DramConfig config = dram_config("ddr4_3200");
    config.timing.*member = value;
    return complaint_of(config);
  };
  CHECK(with(&DramTiming::tras, 21) == "tras");  // trcd is 22
  CHECK(with(&DramTiming::tras, 22) == "");
  CHECK(with(&DramTiming::trc, 73) == "trc");
  CHECK(with(&DramTiming::trc, 74) == "");
  CHECK(with(&DramTiming::trp, 23) == "trc");
  CHECK(with(&DramTiming::trpab, 21) == "trpab");
  CHECK(with(&DramTiming::trrd_l, 3) == "trrd_l");
  CHECK(with(&DramTiming::tfaw, 3) == "tfaw");
  CHECK(with(&DramTiming::tccd_s, 3) == "tccd_s");
  CHECK(with(&DramTiming::tccd_l, 3) == "tccd_l");
  CHECK(with(&DramTiming::twtr_l, 3) == "twtr_l");
  CHECK(with(&DramTiming::trtw, 9) == "trtw");  // 22 + 4 - 16 = 10
  CHECK(with(&DramTiming::trtw, 10) == "");
  CHECK(with(&DramTiming::trefi, 560) == "trefi");
  CHECK(with(&DramTiming::trfc, 12480) == "trefi");
  DramConfig config = dram_config("ddr4_3200");
  config.write_high = 33;
  CHECK(complaint_of(config) == "write_high");
  config = dram_config("ddr4_3200");
  config.write_low = 24;
  CHECK(complaint_of(config) == "write_low");
  config = dram_config("ddr4_3200");
  config.read_queue = 0;
  CHECK(complaint_of(config) == "read_queue");
  config = dram_config("ddr4_3200");
  config.address_mapping = "row-bank";
  CHECK(complaint_of(config) == "address_mapping");
}
