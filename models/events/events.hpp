// SPDX-License-Identifier: Apache-2.0
//
// What a run leaves behind, on whichever view of the chip: when each instruction started and retired, and what crossed the AXI
// pins. Cycle 0 is the cycle of the doorbell's write handshake.
#pragma once

#include <array>
#include <cstdint>

#include "isa/instruction.hpp"

namespace systole {

struct Retired {  // in the order of retirement; load, matrix, store within a cycle
  isa::Engine engine = isa::Engine::kLoad;
  std::uint32_t index = 0;  // of the instruction in its program
  std::uint64_t start_cycle = 0, retire_cycle = 0;
  bool operator==(const Retired& other) const {
    return engine == other.engine && index == other.index && start_cycle == other.start_cycle &&
           retire_cycle == other.retire_cycle;
  }
};

enum class AxiChannel : std::uint8_t { kAr, kR, kAw, kW, kB };
inline constexpr std::array<const char*, 5> kChannelNames = {"AR", "R", "AW", "W", "B"};

struct AxiEvent {
  std::uint64_t cycle = 0;
  AxiChannel channel = AxiChannel::kAr;
  std::uint8_t id = 0;        // not of W
  std::uint8_t response = 0;  // of R and B
  bool last = false;          // of R and W
  std::uint64_t address = 0;  // of AR and AW
  std::uint32_t beats = 0;    // of AR and AW
  bool operator==(const AxiEvent& other) const {
    return cycle == other.cycle && channel == other.channel && id == other.id && response == other.response &&
           last == other.last && address == other.address && beats == other.beats;
  }
};

// The performance counters, in the order of their registers (docs/reference/registers.md).
inline constexpr int kCounters = 17;
inline constexpr std::array<const char*, kCounters> kCounterNames = {"cycles",
                                                                     "instructions",
                                                                     "read_bytes",
                                                                     "write_bytes",
                                                                     "load_busy",
                                                                     "load_wait_instruction",
                                                                     "load_wait_semaphore",
                                                                     "load_wait_memory",
                                                                     "load_wait_port",
                                                                     "matrix_busy",
                                                                     "matrix_wait_instruction",
                                                                     "matrix_wait_semaphore",
                                                                     "store_busy",
                                                                     "store_wait_instruction",
                                                                     "store_wait_semaphore",
                                                                     "store_wait_memory",
                                                                     "store_wait_port"};
using Counters = std::array<std::uint64_t, kCounters>;

}  // namespace systole
