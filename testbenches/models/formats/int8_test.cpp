// SPDX-License-Identifier: Apache-2.0
#include "formats/int8.hpp"

#include <limits>

#include "catch.hpp"

namespace int8 = systole::formats::int8;

TEST_CASE("the widths of int8 are those of the chip's documents") {
  CHECK(int8::kOperandBits == 8);
  CHECK(int8::kMultiplierBits == 9);
  CHECK(int8::kProductBits == 18);
  CHECK(int8::kSumBits == 32);
  CHECK(int8::kParameterBytes == 8);
}

TEST_CASE("every bit pattern widens to its value in both types") {
  for (int bits = 0; bits < 256; ++bits) {
    CHECK(int8::widen(static_cast<std::uint8_t>(bits), false) == bits);
    CHECK(int8::widen(static_cast<std::uint8_t>(bits), true) == (bits < 128 ? bits : bits - 256));
  }
}

TEST_CASE("an operand without its zero point and a product fit their widths") {
  const int largest = int8::highest(false) - int8::lowest(false);
  CHECK(largest < 1 << (int8::kMultiplierBits - 1));
  CHECK(largest <= std::numeric_limits<int8::Operand>::max());
  CHECK(largest * largest < 1 << (int8::kProductBits - 1));
}

TEST_CASE("saturation keeps what fits and takes the nearest end for the rest") {
  for (const bool is_signed : {true, false}) {
    for (std::int32_t value = int8::lowest(is_signed); value <= int8::highest(is_signed); ++value)
      CHECK(int8::saturate(value, is_signed) == value);
    CHECK(int8::saturate(int8::lowest(is_signed) - 1, is_signed) == int8::lowest(is_signed));
    CHECK(int8::saturate(int8::highest(is_signed) + 1, is_signed) == int8::highest(is_signed));
    CHECK(int8::saturate(std::numeric_limits<std::int64_t>::min(), is_signed) == int8::lowest(is_signed));
    CHECK(int8::saturate(std::numeric_limits<std::int64_t>::max(), is_signed) == int8::highest(is_signed));
  }
}
