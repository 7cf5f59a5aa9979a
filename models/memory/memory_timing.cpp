// SPDX-License-Identifier: Apache-2.0
#include "memory/memory_timing.hpp"

#include "memory/dram_memory.hpp"
#include "memory/ideal_memory.hpp"

namespace systole::memory {

std::unique_ptr<MemoryTiming> make_memory_timing(const MemoryConfig& config, std::uint32_t beat_bytes,
                                                 std::uint32_t chip_clock_mhz) {
  if (config.is_dram()) return std::make_unique<DramMemory>(config, beat_bytes, chip_clock_mhz);
  return std::make_unique<IdealMemory>(config, beat_bytes);
}

}  // namespace systole::memory
