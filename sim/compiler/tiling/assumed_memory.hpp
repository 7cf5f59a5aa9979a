// SPDX-License-Identifier: Apache-2.0
//
// What the cost estimate of a tiling takes the memory for: a latency and a bandwidth.
//
// The ideal memory has these two numbers. A DRAM has neither: its latency depends on open rows and on what else is in
// its queues. For every DRAM kind the estimate assumes the same memory, whatever the kind. That is an assumption, not a
// property of the kind: it ranks tilings of one layer against each other, and says nothing about the time that a layer
// takes.
#pragma once

#include <cstdint>

#include "memory/memory_config.hpp"

namespace systole::compiler {

inline constexpr std::uint32_t kAssumedDramLatencyCycles = 40;
inline constexpr std::uint32_t kAssumedDramBytesPerCycle = 16;

struct AssumedMemory {
  std::uint32_t latency_cycles = kAssumedDramLatencyCycles;
  std::uint32_t bytes_per_cycle = kAssumedDramBytesPerCycle;  // reads and writes together
};

inline AssumedMemory assumed_memory(const MemoryConfig& memory) {
  if (memory.is_dram()) return {};
  return {memory.ideal().latency_cycles, memory.ideal().bytes_per_cycle};
}

}  // namespace systole::compiler
