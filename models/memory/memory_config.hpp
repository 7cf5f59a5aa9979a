// SPDX-License-Identifier: Apache-2.0
//
// The table `[memory]` of a chip file: which memory is behind the chip's AXI pins, and its parameters.
//
// The parameters of a kind exist only in a configuration of that kind. It is an InternalError to ask an ideal memory
// for its DRAM timing, or a DRAM for the latency of the ideal memory. Questions that every kind can answer are
// functions here.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "memory/dram_kinds.hpp"

namespace systole {

namespace memory {

// The `ideal` memory: a fixed latency and a fixed bandwidth. See ideal_memory.hpp.
struct IdealConfig {
  std::uint32_t latency_cycles = 40;   // AR handshake to first R beat, AW's last W beat to B
  std::uint32_t bytes_per_cycle = 16;  // reads and writes together
};

inline constexpr std::string_view kIdealKind = "ideal";

}  // namespace memory

struct MemoryConfig {
  std::variant<memory::IdealConfig, memory::DramConfig> parameters;
  std::uint64_t size_bytes = 1ull << 30;
  // Share of cycles in which a channel refuses, random by (seed, channel, cycle).
  std::uint32_t backpressure_permille = 0;
  std::uint64_t backpressure_seed = 1;

  // "ideal", or one of memory::dram_kind_names().
  std::string_view kind() const;
  bool is_dram() const { return std::holds_alternative<memory::DramConfig>(parameters); }
  // The parameters of the kind that it is; InternalError for the other one.
  memory::IdealConfig& ideal();
  const memory::IdealConfig& ideal() const;
  memory::DramConfig& dram();
  const memory::DramConfig& dram() const;

  // What the memory moves in a cycle of the chip at its peak, both directions together. A DRAM has a clock of its own,
  // so its bytes a cycle follow from the chip's clock; the ideal memory has the chip's clock.
  double peak_bytes_per_cycle(std::uint32_t chip_clock_mhz) const;
  // What a long stream can have of the peak: all but the time in which a DRAM refreshes its banks.
  double stream_bytes_per_cycle(std::uint32_t chip_clock_mhz) const;
  // Cycles of the chip that a memory with nothing else to do takes. A read: from the AR handshake to the first beat, of a
  // DRAM from a closed bank. There it takes up to a cycle and a clock of the memory more, by where the edges of the two
  // clocks lie. A write: from the last W beat to B.
  double idle_read_cycles(std::uint32_t chip_clock_mhz) const;
  double idle_write_cycles(std::uint32_t chip_clock_mhz) const;
};

// The memory of this kind with the values that the kind has. UserError if there is none.
MemoryConfig memory_of_kind(std::string_view kind);

}  // namespace systole
