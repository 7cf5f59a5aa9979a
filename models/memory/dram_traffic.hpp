// SPDX-License-Identifier: Apache-2.0
//
// Measures a DRAM without chip and AXI: a master keeps a number of reads in flight. Each request is one
// DRAM burst.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "memory/dram_controller.hpp"
#include "memory/dram_kinds.hpp"

namespace systole::memory {

struct DramAccess {
  std::uint64_t address = 0;
  bool is_write = false;
};

// The n-th request, from 0.
using DramPattern = std::function<DramAccess(std::uint64_t n)>;

// Reads of one burst after the other, from address 0, starting again at the end of the memory.
DramPattern stream_pattern(const DramConfig& config);
// Reads of bursts that are picked at random, evenly, in the whole memory.
DramPattern random_pattern(const DramConfig& config, std::uint64_t seed);

struct DramMeasurement {
  std::uint64_t requests = 0, bytes = 0;
  std::uint64_t clocks = 0;  // to the last data of a read and the last write command
  DramStatistics statistics;
  // Of the reads: from the first clock that could serve it to the end of its data.
  std::uint64_t reads = 0;
  std::uint64_t latency_sum = 0;                 // clocks
  std::vector<std::uint64_t> latency_histogram;  // reads by clocks

  double nanoseconds(double clocks_taken) const { return clocks_taken * 1000.0 / clock_mhz; }
  double bytes_per_second() const;
  double share_of_peak() const;
  double mean_latency() const;                           // clocks
  std::uint64_t latency_percentile(double share) const;  // clocks; share 0 to 1
  double row_hit_rate() const;                           // of the column commands

  std::uint32_t clock_mhz = 1;
  std::uint64_t peak_bytes_per_second = 1;
};

// `outstanding` reads are in flight at most; a write is over when its queue has taken it. UserError
// if the configuration contradicts itself.
DramMeasurement measure_dram(const DramConfig& config, const DramPattern& pattern, std::uint64_t requests,
                             std::uint32_t outstanding);

}  // namespace systole::memory
