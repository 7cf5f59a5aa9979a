// SPDX-License-Identifier: Apache-2.0
//
// Does a chip file that leaves a key out mean the same chip to the tool and to somebody who instantiates the RTL?
#include <cstdint>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "chip/keys.hpp"
#include "chip/shipped_chips.hpp"

using namespace systole;

namespace {

using Parameters = std::vector<std::pair<std::string, std::uint64_t>>;

// "parameter int Name = value" of the RTL's top module, in its order.
Parameters rtl_defaults() {
  std::ifstream in(std::string(SYSTOLE_SOURCE_DIR) + "/rtl/systole_chip.sv");
  REQUIRE(in);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::string head = text.substr(0, text.find(") ("));
  const std::regex row("\n  parameter int (\\w+) = (\\d+)");
  Parameters parameters;
  for (std::sregex_iterator at(head.begin(), head.end(), row), end; at != end; ++at)
    parameters.emplace_back((*at)[1], std::stoull((*at)[2]));
  return parameters;
}

}  // namespace

TEST_CASE(
    "every default of rtl/systole_chip.sv is the tool's, or the smallest chip's where a chip file must give a value") {
  Parameters expected = Chip().rtl_parameters();
  const Parameters tiny = open_chip("tiny").rtl_parameters();
  Chip chip;
  std::size_t i = 0;
  chip_file::visit_chip_keys(chip, [&](const chip_file::Key& key, std::uint32_t&) {
    if (key.presence == chip_file::Presence::kRequired) expected.at(i) = tiny.at(i);
    ++i;
  });
  REQUIRE(i == expected.size());
  const Parameters rtl = rtl_defaults();
  REQUIRE(rtl.size() == expected.size());
  for (std::size_t k = 0; k < expected.size(); ++k) {
    CHECK(rtl[k].first == expected[k].first);
    CHECK(rtl[k].second == expected[k].second);
  }
}
