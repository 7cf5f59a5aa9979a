// SPDX-License-Identifier: Apache-2.0
//
// Does a mapping name every burst once, and is one that cannot be refused with the reason?
#include "memory/address_map.hpp"

#include <set>
#include <tuple>

#include "catch.hpp"
#include "memory/dram_kinds.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::memory;

namespace {

std::string mapping_error(const std::string& text, const char* kind = "ddr4_2400") {
  try {
    AddressMap map(text, dram_config(kind).organization);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a mapping that is not one is refused with the reason") {
  CHECK(mapping_error("row-bank-column-bankgroup-channel") == "");
  CHECK(mapping_error("row-bank-column-bankgroup") == "");  // one channel
  CHECK(mapping_error("row-column-bank-bankgroup-column:2") == "");
  CHECK(mapping_error("row-bank-column").find("'bankgroup' is missing") != std::string::npos);
  CHECK(mapping_error("row-bank-column-bankgroup", "hbm2").find("'channel' is missing") != std::string::npos);
  CHECK(mapping_error("row-bank-column-bankgroup-rank").find("'rank' is none of") != std::string::npos);
  CHECK(mapping_error("").find("'' is none of") != std::string::npos);
  CHECK(mapping_error("row-bank-column-bankgroup-").find("'' is none of") != std::string::npos);
  CHECK(mapping_error("row-bank-column-bankgroup-row").find("needs a number of bits") != std::string::npos);
  CHECK(mapping_error("row-bank-column:3-bankgroup").find("must have 7 bits") != std::string::npos);
  CHECK(mapping_error("row-column-bank-bankgroup-column:9").find("must have 7 bits") != std::string::npos);
  CHECK(mapping_error("row-bank-column:x-bankgroup").find("no number of bits") != std::string::npos);
  CHECK(mapping_error("row-bank-column-bankgroup-row:").find("no number of bits") != std::string::npos);
}

TEST_CASE("the default mapping puts neighboring bursts into channels, then bank groups") {
  DramConfig config = dram_config("ddr4_3200");
  config.organization.channels = 3;
  const AddressMap map(config.address_mapping, config.organization);
  for (std::uint32_t n = 0; n < 24; ++n) {
    const DramAddress a = map.decode(64 * n + n);
    CHECK(a.channel == n % 3);
    CHECK(a.bank == n / 3 % 4 * 4);
    CHECK(a.column == n / 12);
    CHECK(a.row == 0);
  }
  const std::uint64_t size = config.organization.size_bytes();
  CHECK(map.decode(size + 640) == map.decode(640));  // addresses wrap
}

TEST_CASE("stacks are more channels, the second stack's behind the first's") {
  DramConfig config = dram_config("hbm3");
  config.organization.stacks = 3;
  const AddressMap map(config.address_mapping, config.organization);
  std::set<std::uint32_t> seen;
  for (std::uint32_t n = 0; n < 96; ++n) {
    CHECK(map.decode(32 * n).channel == n);
    seen.insert(map.decode(32 * n).channel);
  }
  CHECK(seen.size() == config.organization.all_channels());
  CHECK(map.decode(32 * 96).channel == 0);
}

TEST_CASE("every burst of a memory has an address of its own") {
  for (const char* mapping : {"row-bank-column-bankgroup-channel", "row-bankgroup-bank-channel-column",
                              "channel-bank-row-column-bankgroup", "row-column-bank-bankgroup-column:1-channel",
                              "column-row-channel-bankgroup-bank", "row-bank-column-bankgroup-pseudochannel-channel"}) {
    CAPTURE(mapping);
    DramOrganization o = dram_config("hbm2").organization;
    o.rows = 4;
    o.channels = 3;
    const AddressMap map(mapping, o);
    std::set<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>> seen;
    const std::uint64_t bursts = o.size_bytes() / o.burst_bytes();
    for (std::uint64_t n = 0; n < bursts; ++n) {
      const DramAddress a = map.decode(n * o.burst_bytes());
      REQUIRE(a.channel < o.all_channels());
      REQUIRE(a.bank < o.all_banks());
      REQUIRE(a.row < o.rows);
      REQUIRE(a.column < o.bursts_per_row());
      REQUIRE(seen.insert({a.channel, a.bank, a.row, a.column}).second);
    }
  }
}
