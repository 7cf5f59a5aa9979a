// SPDX-License-Identifier: Apache-2.0
//
// What each block of the platform costs, by sampling.
//
// The chip is verilated with the flags of the platform's library and debug information besides, which changes no
// instruction. A timer interrupts the running process at every tick of its CPU time and notes the program counter.
// Afterwards addr2line gives the line of the generated C++ for each sample. The statement in that line names the
// signals that it computes, with their hierarchy; the block of most of these signals gets the sample. Samples outside
// the chip's library belong to the environment: SystemC, memory timing, checker, traces.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "chip/chip.hpp"
#include "verilated/chip_pins.hpp"

namespace systole::bench {

// Verilates the chip with debug information, or takes what an earlier run left there. UserError when it cannot be
// built.
class ProfiledChip {
 public:
  explicit ProfiledChip(const Chip& chip);
  std::shared_ptr<platform::VerilatedChip> create() const;

  struct Share {
    std::string block;
    std::uint64_t samples = 0;
  };
  // Samples `work` and attributes what was seen; largest first.
  std::vector<Share> sample(const std::function<void()>& work) const;

 private:
  std::string directory_, library_;
};

}  // namespace systole::bench
