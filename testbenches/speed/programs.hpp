// SPDX-License-Identifier: Apache-2.0
//
// Programs worth timing: convolutions compiled by the compiler, with random weights.
#pragma once

#include <cstdint>
#include <vector>

#include "session/session.hpp"

namespace systole::bench {

struct Convolution {
  std::int64_t channels = 64, size = 56, kernel = 3;
  int layers = 1;  // one after the other
};

// `size` x `size` pixels of `channels` channels, padded to keep their size, to as many channels.
session::Job convolution(const Chip& chip, const Convolution& shape);

// About half a million cycles of 3x3 convolution, the array busy nearly all the time.
session::Job long_convolution(const Chip& chip);

// The chip with a memory that never limits a convolution: 10 cycles, two beats a cycle.
Chip with_fast_memory(Chip chip);

// Rows of activations that enter the array, by all programs of the network, padding taps included.
std::uint64_t array_rows(const compiler::CompiledNetwork& network);

// A compiled job of one program, with its DRAM as it is before the doorbell (constants and inputs, not the program): for running
// the program again and again.
struct Workload {
  explicit Workload(const session::Job& job);
  compiler::CompiledNetwork network;
  std::vector<std::uint8_t> dram;
  const isa::Program& program() const { return std::get<compiler::ChipStep>(network.steps.at(0)).program; }
  std::uint64_t macs() const { return array_rows(network) * network.chip.macs_per_cycle(); }
};

}  // namespace systole::bench
