// SPDX-License-Identifier: Apache-2.0
//
// What an instruction touches: for each memory the places that it reads and those that it writes.
//
// A place is a group of post_lanes bytes in the activation buffer, a word in the weight and parameter buffers, a row of the
// accumulators, a byte in DRAM. Addresses wrap around in the buffers as they do in the chip.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "chip/chip.hpp"
#include "isa/instruction.hpp"

namespace systole::ordering {

enum class Memory : std::uint8_t { kActivation, kWeight, kParameter, kAccumulator, kDram };
inline constexpr std::size_t kMemories = 5;
enum class Access : std::uint8_t { kRead, kWrite };
inline constexpr std::size_t kAccesses = 2;

struct Interval {  // both ends included; empty if last < first
  std::uint64_t first = 1, last = 0;
  bool empty() const { return last < first; }
};
inline Interval intersection(const Interval& a, const Interval& b) {
  return {a.first > b.first ? a.first : b.first, a.last < b.last ? a.last : b.last};
}

template <typename T>
using ByAccess = std::array<std::array<T, kAccesses>, kMemories>;

// One interval for each memory and access that holds all places, and may hold others: found from the loops' ends alone.
using Bounds = ByAccess<Interval>;
Bounds bounds_of(const isa::Instruction& instruction, const Chip& chip, const isa::Bases& bases);

// Exactly the places, as intervals that rise and do not touch.
using Places = std::vector<Interval>;
Places places_of(const isa::Instruction& instruction, const Chip& chip, const isa::Bases& bases, Memory memory,
                 Access access);

}  // namespace systole::ordering
