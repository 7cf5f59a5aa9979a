// SPDX-License-Identifier: Apache-2.0
//
// Is a range inside a memory exactly when each of its bytes is, whatever the sums do?
#include "support/address_range.hpp"

#include <limits>

#include "catch.hpp"

using namespace systole;

TEST_CASE("a range is inside up to the last byte of the memory, and not beyond") {
  CHECK(is_inside(0, 16, 16));
  CHECK(is_inside(15, 1, 16));
  CHECK(is_inside(16, 0, 16));
  CHECK_FALSE(is_inside(16, 1, 16));
  CHECK_FALSE(is_inside(15, 2, 16));
  CHECK_FALSE(is_inside(0, 17, 16));
  CHECK_FALSE(is_inside(0, 1, 0));
}

TEST_CASE("an end that wraps is not inside") {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  for (const std::uint64_t bytes : {std::uint64_t{1}, std::uint64_t{8}, std::uint64_t{16}}) {
    CHECK_FALSE(is_inside(kMost, bytes, 16));
    CHECK_FALSE(is_inside(kMost - 7, bytes, 16));
  }
  CHECK_FALSE(is_inside(1, kMost, 16));
  CHECK_FALSE(is_inside(8, kMost - 7, 16));
  CHECK(is_inside(kMost, 0, kMost));
}
