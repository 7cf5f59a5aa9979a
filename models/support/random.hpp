// SPDX-License-Identifier: Apache-2.0
//
// Random numbers for generators and tests: a seed gives the same numbers with every compiler and on every machine.
//
//   Random random(7);
//   random.between(-3, 3); random.chance(20); random.pick(names);
//
// The distributions are plain remainders of 64 random bits. Those of the standard library are not used, because they
// differ from one library to the next. The bias of a remainder is below 2^-32 for limits of 32 bits.
#pragma once

#include <boost/random/independent_bits.hpp>
#include <boost/random/mersenne_twister.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <vector>

namespace systole {

// Engine: a Boost.Random engine of 64 bits a call.
template <typename Engine>
class BasicRandom {
 public:
  explicit BasicRandom(std::uint64_t seed) : engine_(static_cast<typename Engine::result_type>(seed)) {}

  std::uint64_t bits() { return engine_(); }
  // The upper `count` of 64 random bits, 0 to 64. Draws nothing for 0.
  std::uint64_t bits(int count) { return count == 0 ? 0 : engine_() >> (64 - count); }
  // 0 .. limit-1; 0 for a limit of 0, without a draw.
  std::uint64_t below(std::uint64_t limit) { return limit == 0 ? 0 : engine_() % limit; }
  // low .. high, both included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  bool chance(int percent) { return below(100) < static_cast<std::uint64_t>(percent); }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

  template <typename T>
  const T& pick(const std::vector<T>& values) {
    return values[static_cast<std::size_t>(below(values.size()))];
  }
  template <typename T>
  T pick(std::initializer_list<T> values) {
    return values.begin()[below(values.size())];
  }

  // A positive float32 with a random significand, 2^min_exponent to 2^(max_exponent+1).
  float scale(int min_exponent, int max_exponent) {
    const auto exponent = static_cast<std::uint32_t>(127 + between(min_exponent, max_exponent));
    const std::uint32_t pattern = exponent << 23 | static_cast<std::uint32_t>(below(1u << 23));
    float value;
    std::memcpy(&value, &pattern, sizeof value);
    return value;
  }

 private:
  Engine engine_;
};

using Random = BasicRandom<boost::random::mt19937_64>;

}  // namespace systole
