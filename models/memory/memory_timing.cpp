// SPDX-License-Identifier: Apache-2.0
#include "memory/memory_timing.hpp"

#include "chip/chip.hpp"
#include "memory/ideal_memory.hpp"
#include "support/error.hpp"

namespace systole::memory {

std::unique_ptr<MemoryTiming> make_memory_timing(const MemoryConfig& config,
                                                 std::uint32_t beat_bytes) {
  if (config.kind == "ideal") return std::make_unique<IdealMemory>(config, beat_bytes);
  throw UserError("memory: kind is \"" + config.kind + "\", allowed: \"ideal\"");
}

}  // namespace systole::memory
