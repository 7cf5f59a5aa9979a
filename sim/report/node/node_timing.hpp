// SPDX-License-Identifier: Apache-2.0
//
// When the instructions of each node ran, from the retire trace of a view with a clock.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/compiled_network.hpp"
#include "views/view.hpp"

namespace systole::report {

// Cycles from the first doorbell, as if the programs followed each other without a pause.
struct NodeTiming {
  std::uint64_t first_start = 0, last_retirement = 0;
  // In which an instruction of the node was at work. Nodes overlap, so these do not add up. What the instructions keep
  // busy they keep busy within these cycles: no bound of the node is higher.
  std::uint64_t active_cycles = 0;
  // The same for its matrix instructions alone.
  std::uint64_t matrix_cycles = 0;
  // A cycle belongs to the node that finishes next, by the last retirement of its instructions; what is left after the
  // last retirement belongs to the last node. So the nodes of a program add up to its cycles.
  std::uint64_t own_cycles = 0;
  // The node with which it shares most of its active cycles.
  std::optional<std::uint32_t> overlaps;
  std::uint64_t overlap_cycles = 0;
};

// Per node. All zero for a node without an instruction that retired.
std::vector<NodeTiming> node_timing(const compiler::CompiledNetwork& network,
                                    const std::vector<views::ProgramRun>& runs);

}  // namespace systole::report
