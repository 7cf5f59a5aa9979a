// SPDX-License-Identifier: Apache-2.0
#include "memory/memory_timing.hpp"

#include <fmt/format.h>

#include "chip/chip.hpp"
#include "memory/dram_kinds.hpp"
#include "memory/dram_memory.hpp"
#include "memory/ideal_memory.hpp"
#include "support/error.hpp"

namespace systole::memory {

std::unique_ptr<MemoryTiming> make_memory_timing(const MemoryConfig& config, std::uint32_t beat_bytes,
                                                 std::uint32_t chip_clock_mhz) {
  if (config.kind == "ideal") return std::make_unique<IdealMemory>(config, beat_bytes);
  if (is_dram_kind(config.kind)) return std::make_unique<DramMemory>(config, beat_bytes, chip_clock_mhz);
  throw UserError(fmt::format("memory: kind is \"{}\", allowed: \"ideal\", \"{}\"", config.kind,
                              fmt::join(dram_kind_names(), "\", \"")));
}

}  // namespace systole::memory
