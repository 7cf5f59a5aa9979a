// SPDX-License-Identifier: Apache-2.0
//
// Is the DRAM zero at first, tight at its end, and does it know how far it was written?
#include "platform/dram.hpp"

#include "catch.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::platform;

TEST_CASE("a gigabyte of DRAM starts at zero and keeps what is written at both ends") {
  Dram dram(1ull << 30);
  std::uint8_t byte = 7;
  dram.read((1ull << 30) - 1, &byte, 1);
  CHECK(byte == 0);
  const std::uint8_t value = 42;
  dram.write((1ull << 30) - 1, &value, 1);
  dram.write(0, &value, 1);
  dram.read((1ull << 30) - 1, &byte, 1);
  CHECK(byte == 42);
  CHECK(dram.written_end() == 1ull << 30);
  dram.clear();
  dram.read(0, &byte, 1);
  CHECK(byte == 0);
  CHECK(dram.written_end() == 0);
}

TEST_CASE("an access is refused one byte past the end, whatever its size") {
  Dram dram(4096);
  std::uint8_t bytes[2] = {};
  dram.write(4094, bytes, 2);
  CHECK_THROWS_AS(dram.write(4095, bytes, 2), UserError);
  CHECK_THROWS_AS(dram.read(4095, bytes, 2), UserError);
  CHECK_THROWS_AS(dram.read(~0ull, bytes, 2), UserError);
  CHECK(dram.holds(4096, 0));
  CHECK(!dram.holds(4097, 0));
  CHECK(!dram.holds(0, 4097));
}

TEST_CASE("more memory than the machine can map is refused") { CHECK_THROWS_AS(Dram(1ull << 62), UserError); }
