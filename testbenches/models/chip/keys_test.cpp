// SPDX-License-Identifier: Apache-2.0
#include "chip/keys.hpp"

#include <set>
#include <vector>

#include "catch.hpp"

using namespace systole;
using chip_file::Key;

namespace {

// Every key with its value by default.
std::vector<std::pair<Key, std::uint64_t>> all_keys() {
  std::vector<std::pair<Key, std::uint64_t>> keys;
  const auto add = [&](const Key& key, std::uint64_t value) { keys.emplace_back(key, value); };
  const Chip chip;
  const memory::DramConfig dram = memory::dram_config("ddr4_3200");
  add(chip_file::kClockKey, chip.clock_mhz);
  chip_file::visit_chip_keys(chip, add);
  chip_file::visit_ideal_keys(chip.memory.ideal(), add);
  chip_file::visit_dram_keys(dram, add);
  chip_file::visit_memory_keys(chip.memory, add);
  return keys;
}

}  // namespace

TEST_CASE("every key says what it is in one line, and of what it is a number") {
  for (const auto& [key, value] : all_keys()) {
    CAPTURE(key.name);
    CHECK(key.help.size() > 8);
    CHECK(key.help.size() <= 100);
    CHECK(key.help.find('\n') == std::string_view::npos);
    CHECK(key.unit.empty() == (key.name == "backpressure_seed"));
  }
}

TEST_CASE("every key has a name of its own") {
  std::set<std::string_view> names;
  for (const auto& [key, value] : all_keys()) CHECK(names.insert(key.name).second);
  CHECK(names.size() == 1 + 20 + 2 + 28 + 3);
}

TEST_CASE("what a key may be left out for is a value that it allows") {
  for (const auto& [key, value] : all_keys()) {
    CAPTURE(key.name, value);
    CHECK(key.min <= key.max);
    if (key.presence == chip_file::Presence::kRequired) continue;
    CHECK(value >= key.min);
    CHECK(value <= key.max);
    if (key.form == chip_file::Form::kPowerOfTwo) CHECK((value & (value - 1)) == 0);
  }
}
