// SPDX-License-Identifier: Apache-2.0
//
// The smallest environment that a chip can run in: its pins, the memory's timing and an array of bytes. It needs no
// SystemC, so thousands of short programs take seconds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "chip/chip.hpp"
#include "events/observer.hpp"
#include "isa/program.hpp"
#include "verilated/chip_pins.hpp"

namespace systole::rtl_view {

struct PinRun {
  std::uint64_t cycles = 0;  // doorbell to interrupt
  Counters counters = {};
  std::vector<Retired> retired;
  std::uint32_t error_code = 0, error_index = 0;  // what the chip reports; code 0: done
};

// Resets the chip, writes the program to `program_address`, writes the doorbell and runs until the interrupt.
// `observer` gets all events from the doorbell on. Throws std::runtime_error if there is no interrupt within
// max_cycles, or if the chip breaks a rule of the bus.
PinRun run_at_pins(platform::VerilatedChip& verilated, const Chip& chip, const isa::Program& program,
                   const isa::Bases& bases, std::uint64_t program_address, std::vector<std::uint8_t>& dram,
                   std::uint64_t max_cycles = 1'000'000, Observer* observer = nullptr);

}  // namespace systole::rtl_view
