// SPDX-License-Identifier: Apache-2.0
//
// Signal by signal comparison of a block with its model, and random values of any width.
#pragma once

#include <algorithm>

#include "pins.hpp"

namespace systole::bench {

/// Fails the test unless a signal has the value that the model gives it in this cycle.
inline void expect_equal(Bench& bench, const char* signal, uint64_t expected, uint64_t actual) {
  if (expected != actual) {
    bench.fail(fmt::format("{}: expected {:#x}, got {:#x}", signal, expected, actual));
  }
}

/// The same for a wide signal; the first word of 32 bits that differs is named.
inline void expect_words(Bench& bench, const char* signal, const Words& expected, const Words& actual) {
  for (size_t i = 0; i < std::max(expected.size(), actual.size()); ++i) {
    const uint32_t want = i < expected.size() ? expected[i] : 0;
    const uint32_t got = i < actual.size() ? actual[i] : 0;
    if (want != got) {
      bench.fail(fmt::format("{}: word {}: expected {:#010x}, got {:#010x}", signal, i, want, got));
      return;
    }
  }
}

/// `width` random bits.
inline Words random_words(Random& random, int width) {
  Words words;
  for (int i = 0; i < width; i += 32) {
    words.push_back(static_cast<uint32_t>(random.bits(std::min(width - i, 32))));
  }
  return words;
}

/// Bits lsb .. lsb + width - 1 of a wide value, any width.
inline Words slice_words(const Words& words, size_t lsb, size_t width) {
  Words out;
  for (size_t i = 0; i < width; i += 32) {
    out.push_back(static_cast<uint32_t>(get_bits(words, lsb + i, std::min<size_t>(width - i, 32))));
  }
  return out;
}

}  // namespace systole::bench
