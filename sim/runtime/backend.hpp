// SPDX-License-Identifier: Apache-2.0
//
// What runs a compiled network's programs: a chip with its DRAM, in whatever view.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "isa/program.hpp"

namespace systole::runtime {

// Addresses are absolute byte addresses. Base registers and program addresses are those of the CompiledNetwork, which the
// backend has from its constructor.
class ChipBackend {
 public:
  virtual ~ChipBackend() = default;
  virtual void write_dram(std::uint64_t address, const std::vector<std::uint8_t>& bytes) = 0;
  virtual std::vector<std::uint8_t> read_dram(std::uint64_t address, std::uint64_t size_bytes) = 0;
  // Runs the program of `steps[step]` to its interrupt. DesignError if the chip hangs or reports an error.
  virtual void run_program(std::size_t step, const isa::Program& program) = 0;
};

}  // namespace systole::runtime
