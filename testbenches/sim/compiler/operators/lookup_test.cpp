// SPDX-License-Identifier: Apache-2.0
#include "compiler/operators/lookup.hpp"

#include <algorithm>
#include <cmath>

#include "catch.hpp"
#include "sim/compiler/planned.hpp"

namespace systole::compiler_test {

TEST_CASE("requantization tables run on the chip with the same bits") {
  for (const Chip& chip : odd_chips()) {
    NetworkBuilder b(21);
    std::vector<std::uint8_t> table(256);
    for (int i = 0; i < 256; ++i) {
      const int v = static_cast<int>(std::nearbyint(static_cast<float>(static_cast<std::int8_t>(i) - 5) * 1.37f)) + 100;
      table[i] = static_cast<std::uint8_t>(std::clamp(v, 100, 255));
    }
    b.output(b.lookup(b.input(ElementType::kInt8, {2, 19, 7, 9}), table, ElementType::kUint8));
    CHECK(host_nodes(compiler::compile(b.network(), chip)) == "");
    CHECK(compile_and_compare(b.network(), chip, b.random_inputs()) == "");
  }
}

TEST_CASE("a table that is no requantization runs on the host and says so") {
  NetworkBuilder b(22);
  std::vector<std::uint8_t> square(256);
  for (int i = 0; i < 256; ++i) square[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(i * i / 255);
  b.output(b.lookup(b.input(ElementType::kUint8, {1, 4, 2, 2}), square, ElementType::kUint8));
  Planned p(b, edge16());
  p.with_steps();
  CHECK_FALSE(p.plan.on_chip(0));
  CHECK(p.reason(0) == "its table is no requantization and clamp");
}

}  // namespace systole::compiler_test
