// SPDX-License-Identifier: Apache-2.0
//
// The retire trace as a CSV file, for other tools and for other simulations of the same chip. The first line names the
// columns; then each instruction has a line, in the order of retirement:
//
//   step,engine,instruction,node,start_cycle,retire_cycle
//   0,load,0,conv1,26,58
//
// step counts the network's programs and host steps; cycles count from the doorbell of the step. A node's name with a
// comma, a quote or a line end is in quotes, quotes doubled (RFC 4180).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "events/events.hpp"

namespace systole::report {

struct TraceLine {
  std::size_t step = 0;
  Retired retired;
  std::string node;  // empty if the instruction belongs to none
};

std::string to_csv(const std::vector<TraceLine>& trace);
// UserError naming file, line, value and allowed range. Refused are missing or other columns, a number that is none or
// too large, an instruction that retires before it starts, retirements out of order, an unknown engine, and an unclosed
// quote.
std::vector<TraceLine> read_trace(const std::filesystem::path& file);

// The first line in which step, engine, instruction or a cycle differ, in words; empty if the traces are the same.
// Nodes are names only.
std::string first_difference(const std::vector<TraceLine>& a, const std::vector<TraceLine>& b);

}  // namespace systole::report
