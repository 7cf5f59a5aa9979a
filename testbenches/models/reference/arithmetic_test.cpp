// SPDX-License-Identifier: Apache-2.0
#include "reference/arithmetic.hpp"

#include "catch.hpp"
#include "models/reference/exact_float.hpp"
#include "support/random.hpp"

using namespace systole::reference;
using systole::Random;
using systole::testing::add_exactly;
using systole::testing::requantize_exactly;

namespace {

constexpr std::int32_t kMax = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t kMin = std::numeric_limits<std::int32_t>::min();

// The float itself, or one of its neighbors.
float nudged(Random& random, float x) {
  const int steps = static_cast<int>(random.between(-2, 2));
  for (int i = 0; i < std::abs(steps); ++i) x = std::nextafter(x, steps < 0 ? -INFINITY : INFINITY);
  return x;
}

bool is_scale(float x) { return x == 0 || (std::isnormal(x) && x > 0); }

}  // namespace

TEST_CASE("requantize rounds half to even, after float32 and before the zero point") {
  CHECK(requantize(5, 0, 0.5f, 0, true) == 2);
  CHECK(requantize(7, 0, 0.5f, 0, true) == 4);
  CHECK(requantize(-5, 0, 0.5f, 0, true) == -2);
  CHECK(requantize(-7, 0, 0.5f, 0, true) == -4);
  CHECK(requantize(1, 0, 0.5f, 1, true) == 1);  // rounding after the zero point would give 2
  CHECK(requantize(3, 2, 1.0f, -10, true) == -5);
  // 2^24 + 1 has no float32; 2^24 + 3 rounds up to 2^24 + 4.
  CHECK(requantize((1 << 24) + 1, 0, 1.0f / (1 << 20), 0, true) == 16);
  CHECK(requantize(5, 0, 0x1.999998p-2f, 0, true) == 2);  // 1.99999997 is a float32, not a tie
  CHECK(requantize(123456, 0, 0.0f, 7, false) == 7);
}

TEST_CASE("requantize saturates to its type at both ends, and a sum with its bias wraps") {
  CHECK(requantize(128, 0, 1.0f, 0, true) == 127);
  CHECK(requantize(-129, 0, 1.0f, 0, true) == -128);
  CHECK(requantize(256, 0, 1.0f, 0, false) == 255);
  CHECK(requantize(-1, 0, 1.0f, 0, false) == 0);
  CHECK(requantize(-1, 0, 1.0f, 255, false) == 254);
  CHECK(requantize(kMax, 1, 1.0f, 0, true) == -128);
  CHECK(requantize(kMin, -1, 1.0f, 0, true) == 127);
  CHECK(requantize(kMax, 0, 3e38f, -128, true) == 127);  // infinity
  CHECK(requantize(kMin, 0, 3e38f, 127, true) == -128);
  CHECK(requantize(kMax, 0, 1.0f, 127, true) == 127);  // int32 does not overflow at the zero point
  CHECK(requantize(kMin, 0, 1.0f, -128, true) == -128);
}

TEST_CASE("requantize agrees with exact rational arithmetic on cases aimed at ties") {
  const std::uint64_t seed = 1001;
  CAPTURE(seed);
  Random random(seed);
  int ties = 0;
  for (int i = 0; i < 30000; ++i) {
    std::int32_t sum, bias = 0;
    float scale;
    const bool is_signed = random.chance(50);
    const int zero_point = static_cast<int>(is_signed ? random.between(-128, 127) : random.between(0, 255));
    if (random.chance(60)) {
      // fl(v) * scale near k + 1/2
      sum = static_cast<std::int32_t>(random.between(1, 1ll << random.between(1, 30)));
      const double target = static_cast<double>(random.between(-300, 300)) + 0.5;
      scale = nudged(random, std::fabs(static_cast<float>(target / sum)));
      if (target < 0) sum = -sum;
    } else if (random.chance(50)) {
      // a power of two scale: true ties
      scale = std::ldexp(1.0f, static_cast<int>(random.between(-20, 2)));
      const std::int64_t v = std::llround((static_cast<double>(random.between(-300, 300)) + 0.5) / scale);
      sum = static_cast<std::int32_t>(v);
      ties += scale < 1.0f;
    } else {
      sum = static_cast<std::int32_t>(random.bits());
      scale = random.scale(-40, 4);
    }
    if (random.chance(50)) {
      bias = static_cast<std::int32_t>(random.chance(50) ? random.bits() : random.between(-1000, 1000));
      sum = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) - static_cast<std::uint32_t>(bias));
    }
    if (!is_scale(scale)) continue;
    CAPTURE(sum, bias, scale, zero_point, is_signed);
    REQUIRE(requantize(sum, bias, scale, zero_point, is_signed) ==
            requantize_exactly(sum, bias, scale, zero_point, is_signed));
  }
  CHECK(ties > 4000);
}

TEST_CASE("requantize agrees with exact arithmetic at the ends of int32 and of float32") {
  for (const std::int32_t sum : {kMin, kMin + 1, -(1 << 24) - 1, -1, 0, 1, (1 << 24) + 1, (1 << 25) + 2, (1 << 25) + 6,
                                 kMax - 64, kMax - 1, kMax})
    for (const std::int32_t bias : {kMin, -1, 0, 1, kMax})
      for (const float scale : {0.0f, 0x1p-126f, 0x1.fffffep-126f, 0x1p-32f, 0x1p-31f, 0x1.fffffep-25f, 0.5f, 1.0f,
                                0x1p96f, 0x1.fffffep127f})
        for (const int zero_point : {-128, 0, 127}) {
          CAPTURE(sum, bias, scale, zero_point);
          REQUIRE(requantize(sum, bias, scale, zero_point, true) ==
                  requantize_exactly(sum, bias, scale, zero_point, true));
        }
}

TEST_CASE("the residual add agrees with exact rational arithmetic on cases aimed at ties") {
  const std::uint64_t seed = 1002;
  CAPTURE(seed);
  Random random(seed);
  int close_to_tie = 0;
  for (int i = 0; i < 30000; ++i) {
    const int a = static_cast<int>(random.between(-128, 255)), b = static_cast<int>(random.between(-128, 255));
    const float ra =
        random.chance(15) ? std::ldexp(1.0f, static_cast<int>(random.between(-6, 2))) : random.scale(-8, 2);
    const float rb =
        random.chance(15) ? std::ldexp(1.0f, static_cast<int>(random.between(-6, 2))) : random.scale(-8, 2);
    const bool is_signed = random.chance(50);
    float offset = 0;
    if (random.chance(70)) {
      const double target = static_cast<double>(random.between(-140, 270)) + 0.5;
      offset = nudged(random, static_cast<float>(target - static_cast<double>(a) * ra - static_cast<double>(b) * rb));
      if (offset != 0 && !std::isnormal(offset)) offset = 0;
      ++close_to_tie;
    } else if (random.chance(70)) {
      offset = random.scale(-10, 8) * (random.chance(50) ? 1.0f : -1.0f);
    }
    CAPTURE(a, b, ra, rb, offset, is_signed);
    REQUIRE(add_residual(a, b, {ra, rb, offset}, is_signed) == add_exactly(a, b, ra, rb, offset, is_signed));
  }
  CHECK(close_to_tie > 15000);
}

TEST_CASE("two roundings instead of the fused one would be seen") {
  // Both products and sums rounded one by one differ from the fma chain somewhere, so the test
  // above can tell them apart.
  Random random(1003);
  int differs = 0;
  for (int i = 0; i < 20000; ++i) {
    const int a = static_cast<int>(random.between(-128, 127)), b = static_cast<int>(random.between(-128, 127));
    const float ra = random.scale(-3, 0), rb = random.scale(-3, 0);
    const double target = static_cast<double>(random.between(-50, 50)) + 0.5;
    const float offset = static_cast<float>(target - static_cast<double>(a) * ra - static_cast<double>(b) * rb);
    volatile float product_b = static_cast<float>(b) * rb;
    volatile float inner = product_b + offset;
    volatile float product_a = static_cast<float>(a) * ra;
    volatile float outer = product_a + inner;
    differs += saturate(round_to_int32(outer), true) != add_residual(a, b, {ra, rb, offset}, true);
  }
  CHECK(differs > 100);
}

TEST_CASE("the residual add saturates at both ends and at infinity") {
  CHECK(add_residual(127, 127, {1, 1, 0}, true) == 127);
  CHECK(add_residual(-128, -128, {1, 1, 0}, true) == -128);
  CHECK(add_residual(255, 255, {1, 1, 0}, false) == 255);
  CHECK(add_residual(-1, 0, {1, 1, 0}, false) == 0);
  CHECK(add_residual(255, 0, {3e38f, 0, 0}, true) == 127);
  CHECK(add_residual(127, -128, {3e38f, 3e38f, 0}, true) == -128);  // the residual's infinity comes first
  CHECK(add_residual(2, 3, {0.5f, 0.5f, 0}, true) == 2);
  CHECK(add_residual(2, 5, {0.5f, 0.5f, 0}, true) == 4);
}
