// SPDX-License-Identifier: Apache-2.0
#include "host/broadcast.hpp"

#include "catch.hpp"
#include "support/error.hpp"

using namespace systole;

TEST_CASE("a repeated dimension has stride 0") {
  CHECK(broadcast_strides({2, 3, 4}, {2, 3, 4}) == std::vector<std::size_t>{12, 4, 1});
  CHECK(broadcast_strides({2, 3, 4}, {3, 1}) == std::vector<std::size_t>{0, 1, 0});
  CHECK(broadcast_strides({2, 3}, {}) == std::vector<std::size_t>{0, 0});
}

TEST_CASE("every element of the result is visited once, in order, with its operands") {
  std::vector<std::size_t> a, b, i;
  for_each_broadcast({2, 3}, {2, 1}, {3}, [&](std::size_t index, std::size_t ia, std::size_t ib) {
    i.push_back(index);
    a.push_back(ia);
    b.push_back(ib);
  });
  CHECK(i == std::vector<std::size_t>{0, 1, 2, 3, 4, 5});
  CHECK(a == std::vector<std::size_t>{0, 0, 0, 1, 1, 1});
  CHECK(b == std::vector<std::size_t>{0, 1, 2, 0, 1, 2});
}

TEST_CASE("a scalar is one element, an empty result none") {
  int scalars = 0, none = 0;
  for_each_broadcast({}, {}, {}, [&](std::size_t, std::size_t, std::size_t) { ++scalars; });
  for_each_broadcast({0, 3}, {0, 3}, {3}, [&](std::size_t, std::size_t, std::size_t) { ++none; });
  CHECK(scalars == 1);
  CHECK(none == 0);
}

TEST_CASE("an operand that does not broadcast is an error of ours") {
  CHECK_THROWS_AS(broadcast_strides({2, 3}, {2}), InternalError);
  CHECK_THROWS_AS(broadcast_strides({3}, {1, 3}), InternalError);
}
