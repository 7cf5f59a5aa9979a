// SPDX-License-Identifier: Apache-2.0
//
// What the types of instructions (load.hpp, matrix.hpp, store.hpp) are made of: fields of an encoded instruction, and
// what all instructions have.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace systole::isa {

inline constexpr int kInstructionBytes = 128;
inline constexpr int kInstructionWords = 32;
inline constexpr int kVersion = 1;
inline constexpr int kSemaphores = 16;
inline constexpr int kSemaphoreMax = 255;

enum class Buffer : std::uint8_t { kActivation = 0, kWeight = 1, kParameter = 2 };
enum class Base : std::uint8_t { kTensor = 0, kWeight = 1, kParameter = 2, kScratch = 3 };
inline constexpr int kBases = 4;
using Bases = std::array<std::uint64_t, kBases>;  // values of the base registers: byte addresses, by Base

using Encoded = std::array<std::uint32_t, kInstructionWords>;

// A field occupies bits lsb .. lsb+width-1 of 32-bit word `word`.
struct Field {
  std::string_view name;
  int word;
  int lsb;
  int width;

  std::uint32_t mask() const { return (width == 32 ? 0xffffffffu : (1u << width) - 1u); }
  std::uint32_t get(const Encoded& words) const { return (words[word] >> lsb) & mask(); }
};

// What every instruction has, whichever engine runs it.
struct Common {
  std::uint16_t wait_mask = 0;
  std::uint16_t post_mask = 0;
  std::uint32_t tag = 0;
};

}  // namespace systole::isa
