// SPDX-License-Identifier: Apache-2.0
//
// The places that an instruction touches (isa/access.hpp), as intervals: for each memory those that it reads and those
// that it writes.
#pragma once

#include <cstdint>
#include <vector>

#include "chip/chip.hpp"
#include "isa/access.hpp"
#include "isa/instruction.hpp"

namespace systole::ordering {

using isa::Access;
using isa::ByAccess;
using isa::kAccesses;
using isa::kMemories;
using isa::Memory;

struct Interval {  // both ends included; empty if last < first
  std::uint64_t first = 1, last = 0;
  bool empty() const { return last < first; }
};
inline Interval intersection(const Interval& a, const Interval& b) {
  return {a.first > b.first ? a.first : b.first, a.last < b.last ? a.last : b.last};
}

// One interval for each memory and access that holds all places, and may hold others: found from the loops' ends alone.
using Bounds = ByAccess<Interval>;
Bounds bounds_of(const isa::Touches& touches);
Bounds bounds_of(const isa::Instruction& instruction, const Chip& chip, const isa::Bases& bases);

// Exactly the places, as intervals in rising order with gaps between them.
using Places = std::vector<Interval>;
Places places_of(const isa::Instruction& instruction, const Chip& chip, const isa::Bases& bases, Memory memory,
                 Access access);

}  // namespace systole::ordering
