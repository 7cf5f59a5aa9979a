// SPDX-License-Identifier: Apache-2.0
//
// The arithmetic of post-processing from first principles: exact rational numbers, rounded to
// float32 by the definition of IEEE-754. Slow, and shares nothing with models/reference.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>

namespace systole::testing {

using Rational = boost::multiprecision::cpp_rational;
using Integer = boost::multiprecision::cpp_int;

inline Rational power_of_two(int exponent) {
  const Integer power = Integer(1) << (exponent < 0 ? -exponent : exponent);
  return exponent < 0 ? Rational(Integer(1), power) : Rational(power);
}

inline Integer floor_of(const Rational& x) {
  const Integer n = numerator(x), d = denominator(x);
  Integer quotient = n / d;  // towards zero
  if (n < 0 && quotient * d != n) --quotient;
  return quotient;
}

// rne: the nearest integer, half to even.
inline Integer nearest_even(const Rational& x) {
  const Integer low = floor_of(x);
  const Rational rest = x - Rational(low);
  const Rational half(1, 2);
  if (rest > half || (rest == half && low % 2 != 0)) return low + 1;
  return low;
}

// fl: to float32, half to even; what is then below 2^-126 counts as zero. There is no overflow:
// larger numbers stay numbers.
inline Rational to_float32(const Rational& x) {
  const Rational size = x < 0 ? -x : x;
  if (size == 0) return 0;
  int exponent = static_cast<int>(msb(numerator(size))) - static_cast<int>(msb(denominator(size)));
  if (size < power_of_two(exponent)) --exponent;
  const Rational ulp = power_of_two(std::max(exponent, -126) - 23);
  const Rational rounded = Rational(nearest_even(x / ulp)) * ulp;
  return (rounded < 0 ? -rounded : rounded) < power_of_two(-126) ? Rational(0) : rounded;
}

inline int saturate_exactly(const Integer& x, bool is_signed) {
  const int low = is_signed ? -128 : 0, high = is_signed ? 127 : 255;
  return x < low ? low : x > high ? high : static_cast<int>(x);
}

inline int requantize_exactly(std::int32_t sum, std::int32_t bias, float scale, int zero_point, bool is_signed) {
  Integer v = Integer(sum) + bias;
  const Integer turn = Integer(1) << 32;
  if (v >= turn / 2) v -= turn;
  if (v < -turn / 2) v += turn;
  Integer rounded = nearest_even(to_float32(to_float32(Rational(v)) * Rational(scale)));
  if (rounded > turn / 2 - 1) rounded = turn / 2 - 1;
  if (rounded < -turn / 2) rounded = -turn / 2;
  return saturate_exactly(rounded + zero_point, is_signed);
}

inline int add_exactly(int a, int b, float ra, float rb, float offset, bool is_signed) {
  const Rational inner = to_float32(Rational(b) * Rational(rb) + Rational(offset));
  return saturate_exactly(nearest_even(to_float32(Rational(a) * Rational(ra) + inner)), is_signed);
}

}  // namespace systole::testing
