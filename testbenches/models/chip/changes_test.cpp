// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "chip/chip.hpp"
#include "chip_text.hpp"

using namespace systole;

namespace {

std::string error_with(const ChipChanges& changes) {
  try {
    parse_chip(kText, "c.toml", changes);
  } catch (const UserError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a change has the effect of the same line in the file") {
  const Chip chip = parse_chip(kText, "c.toml",
                               {"chip.array_rows=16", "clock_mhz=0x200", "name=other", "memory.latency_cycles=7",
                                "chip.fetch_depth=4", "chip.fetch_depth=8"});
  Chip expected = parse_chip(kText, "c.toml");
  expected.array_rows = 16;
  expected.clock_mhz = 512;
  expected.name = "other";
  expected.fetch_depth = 8;
  expected.memory.ideal().latency_cycles = 7;
  CHECK(to_toml(chip) == to_toml(expected));
}

TEST_CASE("the name of a changed chip tells of the changes, unless it is changed too") {
  const auto name_with = [](const ChipChanges& changes) { return parse_chip(kText, "c.toml", changes).name; };
  CHECK(name_with({"chip.array_rows=16", "memory.kind=hbm2"}) == "test-kind-hbm2-array_rows-16");
  CHECK(name_with({"chip.array_rows=0x10"}) == "test-array_rows-0x10");
  CHECK(name_with({"chip.array_rows=16", "name=mine"}) == "mine");
  CHECK(name_with(ChipChanges(20, "clock_mhz=500")).size() == 64);
}

TEST_CASE("a change of the memory's kind takes the keys of the file's kind away, and changes of keys come behind it") {
  const Chip chip = parse_chip(kText, "c.toml", {"memory.channels=2", "memory.kind=hbm2"});
  CHECK(chip.memory.kind() == "hbm2");
  CHECK(chip.memory.dram().organization.channels == 2);
  CHECK(chip.memory.size_bytes == 0x100000);  // of the file: every kind has it
  CHECK(parse_chip(kText, "c.toml", {"memory.kind=ideal"}).memory.ideal().latency_cycles == 33);  // no change
  CHECK(parse_chip(kText, "c.toml", {"memory.kind=\"ideal\""}).memory.ideal().latency_cycles == 33);
}

TEST_CASE("a wrong change is one line that says what is allowed") {
  CHECK(error_with({"chip.array_rows=7"}) ==
        "c.toml with --set: chip.array_rows = 7: must be a power of two, 4 to 512");
  CHECK(error_with({"chip.array_row=8"})
            .find("c.toml with --set: unknown key 'chip.array_row', did you mean \"array_rows\"?: must be one of ") ==
        0);
  CHECK(error_with({"clock_mhz=fast"}) == "c.toml with --set: clock_mhz = 'fast': must be a whole number, 1 to 10000");
  CHECK(error_with({"memory.kind=ddr9"}).find("memory.kind = 'ddr9': must be one of \"ideal\"") != std::string::npos);
  CHECK(error_with({"memory.trcd=9"}).find("must not be given for kind ideal") != std::string::npos);
  CHECK(error_with({"post_lanes=4"}).find("unknown key 'post_lanes'") != std::string::npos);
  for (const char* text : {"", "=", "chip.array_rows", "chip.array_rows=", "=8", "silicon.array_rows=8", "chip.=8",
                           "chip.array_rows=8\nchip.array_cols=8", "name=\x1b[31m"}) {
    CAPTURE(text);
    CHECK(error_with({text}).find("--set: wanted is KEY=VALUE with KEY one of name, clock_mhz, ") == 0);
  }
  CHECK(error_with({"name=" + std::string(300, 'x')}).find("--set: wanted is KEY=VALUE") == 0);
}
