// SPDX-License-Identifier: Apache-2.0
//
// What the types of instructions (load.hpp, matrix.hpp, store.hpp) are made of: fields of an encoded instruction, and
// what all instructions have.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "support/error.hpp"

namespace systole::isa {

inline constexpr int kInstructionBytes = 128;
inline constexpr int kInstructionWords = 32;
inline constexpr int kVersion = 2;
inline constexpr int kSemaphores = 16;
inline constexpr int kSemaphoreMax = 255;

enum class Buffer : std::uint8_t { kActivation = 0, kWeight = 1, kParameter = 2 };
enum class Base : std::uint8_t { kTensor = 0, kWeight = 1, kParameter = 2, kScratch = 3 };
inline constexpr int kBases = 4;
using Bases = std::array<std::uint64_t, kBases>;  // values of the base registers: byte addresses, by Base

using Encoded = std::array<std::uint32_t, kInstructionWords>;

// A field occupies bits lsb .. lsb+width-1 of 32-bit word `word`. A number that needs more bits than there are at one place
// has the upper ones at a second place, which the page and the RTL call a field of its own.
struct Field {
  std::string_view name;
  int word;
  int lsb;
  int width;
  std::string_view high_name = {};
  int high_word = 0, high_lsb = 0, high_width = 0;

  std::uint64_t mask() const { return ones(width + high_width); }
  std::uint64_t get(const Encoded& words) const {
    return (words[word] >> lsb & ones(width)) | (words[high_word] >> high_lsb & ones(high_width)) << width;
  }
  // The bits must be zero before, and `value` not above mask().
  void set(Encoded& words, std::uint64_t value) const {
    words[word] |= static_cast<std::uint32_t>(value & ones(width)) << lsb;
    words[high_word] |= static_cast<std::uint32_t>(value >> width & ones(high_width)) << high_lsb;
  }
  // Its two places, each as a field. The second has a width of 0 if there is none.
  Field low() const { return {name, word, lsb, width}; }
  Field high() const { return {high_name, high_word, high_lsb, high_width}; }

 private:
  static constexpr std::uint64_t ones(int bits) { return (std::uint64_t{1} << bits) - 1; }
};

// The counts of nested loops. A list of counts may be shorter: the loops that it leaves out run once.
template <std::size_t N>
struct Counts : std::array<std::uint16_t, N> {
  Counts() { this->fill(1); }
  Counts(std::initializer_list<std::uint16_t> inner) : Counts() {
    invariant(inner.size() <= N, "no more counts than loops");
    std::copy(inner.begin(), inner.end(), this->begin());
  }
};

// What every instruction has, whichever engine runs it.
struct Common {
  std::uint16_t wait_mask = 0;
  std::uint16_t post_mask = 0;
  std::uint32_t tag = 0;
};

}  // namespace systole::isa
