// SPDX-License-Identifier: Apache-2.0
#include "support/random.hpp"

#include <cmath>
#include <random>
#include <set>
#include <string>

#include "catch.hpp"

using systole::Random;

TEST_CASE("a seed gives the stream of std::mt19937_64, on every platform") {
  Random random(5489);
  std::uint64_t last = 0;
  for (int i = 0; i < 10000; ++i) last = random.bits();
  CHECK(last == 9981545732273789042u);  // the standard's own check of the engine
  Random again(7);
  std::mt19937_64 engine(7);
  for (int i = 0; i < 100; ++i) CHECK(again.bits() == engine());
}

TEST_CASE("the ends of a range are drawn, and nothing beyond") {
  Random random(1);
  std::set<std::int64_t> seen;
  for (int i = 0; i < 200; ++i) seen.insert(random.between(-2, 2));
  CHECK(seen == std::set<std::int64_t>{-2, -1, 0, 1, 2});
  CHECK(random.between(3, 3) == 3);
}

TEST_CASE("a limit of zero is zero and draws nothing") {
  Random drawn(3), fresh(3);
  CHECK(drawn.below(0) == 0);
  CHECK(drawn.bits(0) == 0);
  CHECK(drawn.bits() == fresh.bits());
}

TEST_CASE("a number of bits are the upper ones of a draw") {
  Random few(9), all(9);
  for (const int count : {1, 7, 32, 64}) CHECK(few.bits(count) == all.bits() >> (64 - count));
}

TEST_CASE("chances and picks come as often as asked for") {
  Random random(2);
  int hits = 0;
  std::set<std::string> picked;
  const std::vector<std::string> words = {"a", "b", "c"};
  for (int i = 0; i < 10000; ++i) hits += random.chance(20);
  for (int i = 0; i < 100; ++i) picked.insert(random.pick(words));
  CHECK(hits > 1850);
  CHECK(hits < 2150);
  CHECK(picked.size() == 3);
  for (int i = 0; i < 100; ++i) CHECK(random.pick({4, 5}) / 2 == 2);
}

TEST_CASE("a scale is a normal number between its powers of two") {
  Random random(4);
  for (int i = 0; i < 1000; ++i) {
    const float scale = random.scale(-3, 1);
    CHECK(std::isnormal(scale));
    CHECK(scale >= 0.125f);
    CHECK(scale < 4.0f);
  }
}
