// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/lookup_match.hpp"

#include <algorithm>
#include <cmath>

#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/network_builder.hpp"

namespace systole::compiler_test {

TEST_CASE("a table of a requantization is found and is exact, another one is refused") {
  Random r(11);
  for (int i = 0; i < 60; ++i) {
    const bool in_signed = r.chance(50), out_signed = r.chance(50);
    const int zx = static_cast<int>(r.in(in_signed ? -128 : 0, in_signed ? 127 : 255));
    const int low = out_signed ? -128 : 0, high = out_signed ? 127 : 255, zy = static_cast<int>(r.in(low, high));
    const float scale = static_cast<float>(static_cast<double>(r.in(50, 3000)) / 1000.0);
    const int floor = r.chance(50) ? zy : low;  // a Relu in between
    std::vector<std::uint8_t> table(256);
    for (int bits = 0; bits < 256; ++bits) {
      const int x = in_signed ? static_cast<std::int8_t>(bits) : bits;
      const int v = static_cast<int>(std::nearbyint(static_cast<float>(x - zx) * scale)) + zy;
      table[bits] = static_cast<std::uint8_t>(std::clamp(v, std::max(low, floor), high));
    }
    INFO("case " << i << " zx " << zx << " zy " << zy << " scale " << scale);
    const auto found = compiler::match_lookup(table, in_signed, out_signed);
    REQUIRE(found);
    for (int bits = 0; bits < 256; ++bits) {
      const int x = in_signed ? static_cast<std::int8_t>(bits) : bits;
      int v = x;
      if (found->requantize)
        v = std::clamp(
            static_cast<int>(std::nearbyint(static_cast<float>(x + found->bias) * found->scale)) + found->zero_point,
            low, high);
      v = std::clamp(v, found->clamp.low, found->clamp.high);
      CHECK(static_cast<std::uint8_t>(v) == table[bits]);
    }
  }
  std::vector<std::uint8_t> square(256);
  for (int i = 0; i < 256; ++i) square[i] = static_cast<std::uint8_t>(i * i / 255);
  CHECK_FALSE(compiler::match_lookup(square, false, false));
}

}  // namespace systole::compiler_test
