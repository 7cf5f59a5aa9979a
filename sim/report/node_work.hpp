// SPDX-License-Identifier: Apache-2.0
//
// How long the instructions of a node keep each resource of the chip busy, counted in the programs: no run is needed.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/compiled_network.hpp"

namespace systole::report {

struct NodeWork {
  std::uint64_t array_cycles = 0;                 // passes of the array, one after the other
  std::uint64_t store_cycles = 0;                 // groups through post-processing, one a cycle
  std::uint64_t read_bytes = 0, write_bytes = 0;  // of DRAM, without instruction fetch and without what fills up beats
  // Cycles that the bytes take at the peak of AXI read channel, AXI write channel or memory, whichever takes longest.
  std::uint64_t dram_cycles = 0;
};

// Per node, by the tags of the instructions; a fused node's work is that of the node which it is fused into.
std::vector<NodeWork> node_work(const compiler::CompiledNetwork& network);

}  // namespace systole::report
