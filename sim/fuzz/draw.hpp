// SPDX-License-Identifier: Apache-2.0
//
// Random numbers in the types and ranges that instructions need.
#pragma once

#include <cstdint>

#include "support/random.hpp"

namespace systole::fuzz {

class Draw {
 public:
  explicit Draw(Random& random) : random_(random) {}  // which must outlive it

  std::uint64_t bits() { return random_.bits(); }
  // low .. high, both included.
  std::uint32_t uniform(std::uint32_t low, std::uint32_t high) {
    return static_cast<std::uint32_t>(random_.between(low, high));
  }
  std::int32_t signed_uniform(std::int32_t low, std::int32_t high) {
    return static_cast<std::int32_t>(random_.between(low, high));
  }
  bool chance(int percent) { return random_.chance(percent); }
  // 1 .. high.
  std::uint16_t count(std::uint32_t high) { return static_cast<std::uint16_t>(uniform(1, high)); }
  // Bits of a 48-bit DRAM offset above those that an address of the chip has: they change no address.
  std::uint64_t bits_above(std::uint32_t address_bits) {
    if (address_bits >= 48 || !chance(20)) return 0;
    return bits() << address_bits & ((1ull << 48) - 1);
  }
  // A positive float32, 2^low_exponent to 2^(high_exponent+1).
  float scale(int low_exponent, int high_exponent) { return random_.scale(low_exponent, high_exponent); }

 private:
  Random& random_;
};

}  // namespace systole::fuzz
