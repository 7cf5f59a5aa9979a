// SPDX-License-Identifier: Apache-2.0
//
// What the post-processing pipeline must compute, in the float32 arithmetic of the host, and
// stimulus that aims at the places where a float circuit goes wrong: ties, cancellation, aligned
// exponents, the ends of every range.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "bench.hpp"

namespace systole::bench {

inline float float_from_bits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline uint32_t bits_from_float(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

inline int32_t saturate_byte(double value, bool is_signed) {
  const double low = is_signed ? -128 : 0;
  const double high = is_signed ? 127 : 255;
  return static_cast<int32_t>(std::fmin(std::fmax(value, low), high));
}

inline int32_t wrapping_sum(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
}

/// saturate(rne(fl(fl(v + bias) * scale)) + zero point), the zero point given as a byte of the mid
/// type.
inline int32_t requantize(int32_t v, int32_t bias, uint32_t scale, bool is_signed, uint8_t zero_point) {
  const float product = static_cast<float>(wrapping_sum(v, bias)) * float_from_bits(scale);
  const double rounded = std::fmin(std::fmax(std::nearbyint(product), -2147483648.0), 2147483647.0);
  return saturate_byte(rounded + (is_signed ? static_cast<int8_t>(zero_point) : zero_point), is_signed);
}

/// saturate(rne(fma(a, ra, fma(b, rb, F))))
inline int32_t add_residual(int32_t a, int32_t b, uint32_t ra, uint32_t rb, uint32_t offset, bool is_signed) {
  const float inner = std::fma(static_cast<float>(b), float_from_bits(rb), float_from_bits(offset));
  const float outer = std::fma(static_cast<float>(a), float_from_bits(ra), inner);
  return saturate_byte(std::nearbyint(outer), is_signed);
}

/// Zero, or a normal number, `ulps` representable values away from `value`; the sign stays.
inline uint32_t nudge(float value, int64_t ulps) {
  const uint32_t bits = bits_from_float(value);
  int64_t magnitude = static_cast<int64_t>(bits & 0x7fffffff) + ulps;
  if (magnitude < 0x00800000) magnitude = 0;
  if (magnitude > 0x7f7fffff) magnitude = 0x7f7fffff;
  return (bits & 0x80000000) | static_cast<uint32_t>(magnitude);
}

/// A positive normal float32 with an exponent (of two) from low to high and random, sometimes
/// sparse, mantissa.
inline uint32_t random_float(Random& random, int low, int high) {
  const uint32_t exponent = static_cast<uint32_t>(random.between(low, high) + 127);
  uint32_t mantissa = static_cast<uint32_t>(random.bits(23));
  switch (random.below(8)) {
    case 0:
      mantissa = 0;
      break;
    case 1:
      mantissa = 0x7fffff;
      break;
    case 2:
      mantissa &= 0x7f0000;
      break;
    default:
      break;
  }
  return exponent << 23 | mantissa;
}

/// A float32 with the extremes in it: zero, the smallest and the largest normal number, any
/// exponent.
inline uint32_t extreme_float(Random& random) {
  switch (random.below(6)) {
    case 0:
      return 0;
    case 1:
      return 0x00800000 + static_cast<uint32_t>(random.below(4));
    case 2:
      return 0x7f7fffff - static_cast<uint32_t>(random.below(4));
    default:
      return random_float(random, -126, 127);
  }
}

struct RequantizeCase {
  int32_t value, bias;
  uint32_t scale;
};

inline RequantizeCase random_requantize_case(Random& random) {
  RequantizeCase c;
  // The sum first: every size, and the neighbors of the points where int32 to float32 has ties.
  const int size = static_cast<int>(random.between(1, 32));
  int32_t sum = static_cast<int32_t>(static_cast<uint32_t>(random.bits(size)));
  switch (random.below(8)) {
    case 0:
      sum = static_cast<int32_t>(0x80000000u + static_cast<uint32_t>(random.below(3)) - 1u);
      break;
    case 1:
      if (size > 25) sum = static_cast<int32_t>((static_cast<uint32_t>(sum) >> (size - 24) | 1u) << (size - 25));
      break;
    case 2:
      sum = static_cast<int32_t>(random.between(-3, 3));
      break;
    default:
      break;
  }
  if (random.chance(50)) sum = static_cast<int32_t>(0u - static_cast<uint32_t>(sum));
  // Any split into value and bias gives it back, by wrapping.
  c.bias = random.chance(30)   ? 0
           : random.chance(50) ? static_cast<int32_t>(static_cast<uint32_t>(random.bits(32)))
                               : static_cast<int32_t>(random.between(-100000, 100000));
  c.value = static_cast<int32_t>(static_cast<uint32_t>(sum) - static_cast<uint32_t>(c.bias));
  switch (random.below(8)) {
    case 0:
      c.scale = extreme_float(random);
      break;
    case 1:
      c.scale = random_float(random, -24, 1);
      break;
    case 2:  // the largest sums land at the ends of int32 and beyond
      c.scale = random_float(random, -4, 4);
      break;
    case 3:  // results around the ends of a byte
      c.scale = nudge(static_cast<float>(random.between(250, 260)) / (2.0f * std::fabs(static_cast<float>(sum)) + 1.0f),
                      random.between(-2, 2));
      break;
    default: {  // a tie, or just beside it
      const float target = static_cast<float>(random.below(258)) + 0.5f;
      const float magnitude = std::fabs(static_cast<float>(sum));
      c.scale = magnitude == 0 ? 0x3f800000 : nudge(target / magnitude, random.between(-2, 2));
    }
  }
  return c;
}

struct AddCase {
  int32_t a, b;
  uint32_t ra, rb, offset;
};

/// `a` and `b` are in -128 to 255, as the chip produces them.
inline AddCase random_add_case(Random& random) {
  AddCase c;
  c.a = static_cast<int32_t>(random.between(-128, 255));
  c.b = static_cast<int32_t>(random.between(-128, 255));
  if (random.chance(5)) c.a = 0;
  if (random.chance(5)) c.b = 0;
  c.ra = random_float(random, -8, 4);
  c.rb = random_float(random, -8, 4);
  c.offset = random_float(random, -4, 8) | static_cast<uint32_t>(random.bits(1)) << 31;
  const float a = static_cast<float>(c.a), b = static_cast<float>(c.b);
  const auto real = [](uint32_t bits) { return float_from_bits(bits); };
  switch (random.below(10)) {
    case 0:  // anything
      c.ra = extreme_float(random);
      c.rb = extreme_float(random);
      c.offset = extreme_float(random) | static_cast<uint32_t>(random.bits(1)) << 31;
      break;
    case 1:  // cancellation in the inner FMA, at any exponent
      c.rb = extreme_float(random);
      c.ra = random.chance(50) ? c.ra : extreme_float(random);
      c.offset = nudge(-b * real(c.rb), random.between(-2, 2));
      break;
    case 2:  // cancellation in the outer FMA
      c.offset = nudge(std::fma(-a, real(c.ra), -b * real(c.rb)), random.between(-2, 2));
      break;
    case 3:  // terms of far apart exponents: each stands beside a tie made by another
      c.ra = random_float(random, -60, 4);
      c.rb = random_float(random, -60, 4);
      c.offset = bits_from_float((static_cast<float>(random.below(256)) + 0.5f) * (random.chance(50) ? 1.0f : -1.0f));
      break;
    case 4:  // exact ties: scales with few bits
      c.ra = random_float(random, -4, 1) & 0xffc00000;
      c.rb = random_float(random, -4, 1) & 0xffc00000;
      c.offset = bits_from_float(static_cast<float>(random.between(-600, 600)) / 2.0f);
      break;
    case 5:  // no offset
      c.offset = 0;
      break;
    default: {  // a tie, or just beside it
      const float target = static_cast<float>(random.between(-130, 257)) + 0.5f;
      c.offset = nudge(std::fma(-a, real(c.ra), std::fma(-b, real(c.rb), target)), random.between(-2, 2));
    }
  }
  return c;
}

}  // namespace systole::bench
