// SPDX-License-Identifier: Apache-2.0
#include "chip/shipped_chips.hpp"

#include <algorithm>
#include <set>

#include "catch.hpp"
#include "chip_text.hpp"

using namespace systole;

TEST_CASE("the shipped chips are valid and different silicon") {
  std::set<std::uint64_t> fingerprints;
  for (const char* name : {"tiny", "edge16", "edge32", "npu128"}) {
    CAPTURE(name);
    const Chip chip = load_chip(std::string(SYSTOLE_SOURCE_DIR) + "/sim/chips/" + name + ".toml");
    CHECK(chip.name == name);
    fingerprints.insert(chip.fingerprint());
    CHECK(to_toml(parse_chip(to_toml(chip), "text")) == to_toml(chip));
  }
  CHECK(fingerprints.size() == 4);
  CHECK(load_chip(std::string(SYSTOLE_SOURCE_DIR) + "/sim/chips/edge16.toml").buffer_bytes() <= 256 * 1024);
}

TEST_CASE("the shipped chips are listed in order and opened by name") {
  const std::vector<std::string> names = shipped_chips();
  CHECK(std::is_sorted(names.begin(), names.end()));
  for (const char* name : {"tiny", "edge16", "edge32", "npu128"})
    CHECK(std::count(names.begin(), names.end(), name) == 1);
  for (const std::string& name : names) CHECK(open_chip(name).name == name);
}

TEST_CASE("what is not the name of a shipped chip is the path of a chip file") {
  CHECK(open_chip(std::string(SYSTOLE_SOURCE_DIR) + "/sim/chips/tiny.toml").name == "tiny");
  CHECK_THROWS_WITH(open_chip("tinny"),
                    Contains("chip \"tinny\" is neither a file nor a shipped chip (") && Contains("tiny"));
}
