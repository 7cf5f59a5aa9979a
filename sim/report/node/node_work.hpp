// SPDX-License-Identifier: Apache-2.0
//
// How long the instructions of a node keep each resource of the chip busy, counted in the programs: no run is needed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/compiled_network.hpp"

namespace systole::report {

struct NodeWork {
  std::uint64_t load_instructions = 0, matrix_instructions = 0, store_instructions = 0;
  std::uint64_t passes = 0;        // of the array: one weight tile each
  std::uint64_t positions = 0;     // activation words of all passes together
  std::uint64_t array_cycles = 0;  // the passes, one after the other
  std::uint64_t short_pass_cycles =
      0;  // of them, without an activation word: a pass is never shorter than PassTiming says
  std::uint64_t padding_cycles = 0;  // of them, lost to rows and columns of the array that have no weight
  std::uint64_t store_cycles = 0;    // groups through post-processing, one a cycle
  std::string largest_matrix;        // in words: the loops of the matrix instruction with most passes and positions
  std::uint64_t read_bytes = 0, write_bytes = 0;  // of DRAM, without instruction fetch and without what fills up beats
  std::uint64_t weight_read_bytes = 0;            // of read_bytes, through the base register of the weights
  std::uint64_t weight_bytes = 0;                 // of them, each byte once
  // The same read_bytes by the buffer that they are loaded into; together they are read_bytes.
  std::uint64_t activation_load_bytes = 0, weight_load_bytes = 0, parameter_load_bytes = 0;
  // What the matrix engine reads of whole words of the buffers, and the sums of whole rows that its passes write.
  std::uint64_t array_activations = 0, array_weights = 0, array_sums = 0;
  // Cycles that the bytes take at the peak of AXI read channel, AXI write channel or memory, whichever takes longest.
  std::uint64_t dram_cycles = 0;
};

// Per node, by the tags of the instructions; a fused node's work is that of the node which it is fused into.
std::vector<NodeWork> node_work(const compiler::CompiledNetwork& network);

}  // namespace systole::report
