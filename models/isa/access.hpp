// SPDX-License-Identifier: Apache-2.0
//
// What an instruction touches: a list of loop nests, each over the places of one memory that it reads or writes.
//
// The race detector, the check of programs, the program generator and the reports take what they need from this list;
// no other code walks the loops of an instruction. Each nest can be bounded, walked place by place, or counted.
//
// A place is the smallest part of a memory by which accesses are compared. It is a group of post_lanes operands in the
// activation buffer, a word in the weight and the parameter buffer, a row of the accumulators, or a byte in DRAM.
// Addresses of the chip's memories wrap around as they do in the chip.
#pragma once

#include <array>
#include <boost/container/static_vector.hpp>
#include <cstddef>
#include <cstdint>

#include "chip/chip.hpp"
#include "isa/instruction.hpp"

namespace systole::isa {

enum class Memory : std::uint8_t { kActivation, kWeight, kParameter, kAccumulator, kDram };
inline constexpr std::size_t kMemories = 5;
inline constexpr std::array<const char*, kMemories> kMemoryNames = {"activation buffer", "weight buffer",
                                                                    "parameter buffer", "accumulators", "DRAM"};
constexpr std::size_t index_of(Memory memory) { return static_cast<std::size_t>(memory); }
constexpr Memory memory_of(Buffer buffer) {
  return buffer == Buffer::kActivation ? Memory::kActivation
         : buffer == Buffer::kWeight   ? Memory::kWeight
                                       : Memory::kParameter;
}

enum class Access : std::uint8_t { kRead, kWrite };
inline constexpr std::size_t kAccesses = 2;
constexpr std::size_t index_of(Access access) { return static_cast<std::size_t>(access); }

template <typename T>
using ByAccess = std::array<std::array<T, kAccesses>, kMemories>;

// Bytes of a word of a buffer, or of a row of the accumulators; a byte of DRAM.
std::uint32_t word_bytes(const Chip& chip, Memory memory);
// Places of a memory of the chip. Not for DRAM, whose size the chip does not know.
std::uint64_t places_in(const Chip& chip, Memory memory);
// Groups of post_lanes elements in a word of the activation buffer or in a row of the accumulators.
std::uint32_t groups_per_word(const Chip& chip, Memory memory);
// Bytes that the store engine writes to DRAM for a group.
std::uint32_t group_bytes_in_dram(const Chip& chip, const Store& store);

struct Loop {
  std::int64_t count = 1, stride = 0;
};

// Runs of `run` adjacent units that begin at base + sum(index * stride), for all indices below the counts. A unit is a
// place, or a part of one: `units_per_place` of them, in order, are a place.
struct Nest {
  std::int64_t base = 0, run = 0;
  boost::container::static_vector<Loop, 8> loops;  // outermost first
  std::int64_t size = 0;                           // units after which addresses wrap around; 0: never
  std::int64_t units_per_place = 1;

  bool empty() const;
  std::uint64_t runs() const;   // how many
  std::uint64_t units() const;  // of all runs, each counted as often as it is touched
};

// Calls visit(first) with the first unit of every run, not wrapped, in the order of the loops.
template <typename Visit>
void for_each_run(const Nest& nest, Visit&& visit) {
  if (nest.empty()) return;
  const auto walk = [&](const auto& self, std::size_t level, std::int64_t first) -> void {
    // max_size() tells GCC 12 how deep this goes: else it warns of reads behind the loops, wherever it unrolls them.
    if (level == nest.loops.max_size() || level == nest.loops.size()) return visit(first);
    for (std::int64_t i = 0; i < nest.loops[level].count; ++i)
      self(self, level + 1, first + i * nest.loops[level].stride);
  };
  walk(walk, 0, nest.base);
}

// Every place at least once: calls visit(first, last) with stretches of places, wrapped around, so that a run may come
// in two parts. Loops that stay where they are, of stride 0, are walked once.
template <typename Visit>
void for_each_interval(const Nest& nest, Visit&& visit) {
  const auto places = [&](std::int64_t first, std::int64_t last) {
    visit(static_cast<std::uint64_t>(first / nest.units_per_place),
          static_cast<std::uint64_t>(last / nest.units_per_place));
  };
  Nest once = nest;
  for (Loop& loop : once.loops)
    if (loop.stride == 0) loop.count = loop.count > 0 ? 1 : loop.count;
  for_each_run(once, [&](std::int64_t first) {
    if (nest.size == 0) return places(first, first + nest.run - 1);
    if (nest.run >= nest.size) return places(0, nest.size - 1);
    first = (first % nest.size + nest.size) % nest.size;
    const std::int64_t last = first + nest.run - 1;
    places(first, last < nest.size ? last : nest.size - 1);
    if (last >= nest.size) places(0, last - nest.size);
  });
}

struct Touch {
  Memory memory = Memory::kActivation;
  Access access = Access::kRead;
  Base base = Base::kTensor;  // DRAM: the base register that addresses count from
  Nest nest;
  // For counting. The nest is walked `walks` times, and each access of the port moves `units` of it, `bytes` in all.
  std::uint64_t walks = 1;
  std::uint32_t units = 1, bytes = 1;
};
inline constexpr std::size_t kMostTouches = 5;
using Touches = boost::container::static_vector<Touch, kMostTouches>;

// Everything that the instruction touches. The outer loops of a store's source, residual and target are its counts 4 to 1,
// in this order (kStoreSteps of them): step by step, what is read comes before what is written.
inline constexpr std::size_t kStoreSteps = 4;
Touches touches_of(const Instruction& instruction, const Chip& chip, const Bases& bases);

// Accesses of a memory and the bytes that they move, as an energy model needs them. DRAM is counted in bytes, because
// the memory decides about its bursts. Partial sums that the matrix engine reads back from pass to pass are counted;
// instruction fetch is not.
struct Traffic {
  std::uint64_t accesses = 0, bytes = 0;
};
ByAccess<Traffic> traffic_of(const Instruction& instruction, const Chip& chip);

}  // namespace systole::isa
