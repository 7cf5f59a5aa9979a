// SPDX-License-Identifier: Apache-2.0
//
// What the cost estimate of a tiling takes the chip's memory for: two latencies and three bandwidths, of every kind of
// memory by the same function.
//
// They are those of a memory that nobody else uses, with long streams. The latency of a DRAM also depends on open rows
// and on what is in its queues, so the estimate ranks the tilings of a layer, and a trial times them (trial.hpp).
#pragma once

#include <algorithm>

#include "chip/chip.hpp"

namespace systole::compiler {

struct MemoryEstimate {
  double read_latency = 0, write_latency = 0;  // cycles
  double read_bytes = 0, write_bytes = 0;      // a cycle, of the load and of the store engine
  double bytes = 0;                            // a cycle, reads and writes together
};

// Bytes a cycle through one AXI channel: its width, or what the bursts in flight bring within the latency of one.
inline double channel_bytes_per_cycle(const Chip& chip, std::uint32_t outstanding, double latency) {
  const double width = chip.axi_bytes(), burst = chip.axi_burst_bytes;
  return std::min(width, outstanding * burst / (latency + burst / width));
}

inline MemoryEstimate memory_estimate(const Chip& chip) {
  MemoryEstimate m;
  m.read_latency = chip.memory.idle_read_cycles(chip.clock_mhz);
  m.write_latency = chip.memory.idle_write_cycles(chip.clock_mhz);
  m.read_bytes = channel_bytes_per_cycle(chip, chip.load_outstanding, m.read_latency);
  m.write_bytes = channel_bytes_per_cycle(chip, chip.store_outstanding, m.write_latency);
  m.bytes = chip.memory.stream_bytes_per_cycle(chip.clock_mhz);
  return m;
}

}  // namespace systole::compiler
