// SPDX-License-Identifier: Apache-2.0
#include "chip/timing.hpp"

#include "catch.hpp"

using namespace systole;

namespace {

Chip chip_of(std::uint32_t array_rows, std::uint32_t acc_latency) {
  Chip chip;
  chip.array_rows = array_rows;
  chip.acc_latency = acc_latency;
  return chip;
}

}  // namespace

TEST_CASE("a pass takes max(words, Rows, AccLatency + 1) cycles, one more with zero points of columns") {
  const PassTiming timing(chip_of(16, 1));
  CHECK(timing.shortest_cycles() == 16);
  CHECK(timing.cycles(15u, false) == 16);
  CHECK(timing.cycles(16u, false) == 16);
  CHECK(timing.cycles(17u, false) == 17);
  CHECK(timing.cycles(17u, true) == 18);
  CHECK(timing.cycles(1u, true) == 17);
  CHECK(PassTiming(chip_of(4, 4)).cycles(1u, false) == 5);
  CHECK(PassTiming(chip_of(4, 3)).cycles(1u, false) == 4);
}

TEST_CASE("an estimate of words may be a fraction") {
  CHECK(PassTiming(chip_of(16, 1)).cycles(16.5, false) == 16.5);
  CHECK(PassTiming(chip_of(16, 1)).cycles(2.5, false) == 16.0);
}
