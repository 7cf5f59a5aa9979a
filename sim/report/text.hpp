// SPDX-License-Identifier: Apache-2.0
//
// The report of a run for people: a table of nodes, a summary of the run, and why nodes are on the host.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "report/run_report.hpp"

namespace systole::report {

// In which order nodes stand.
enum class NodeOrder {
  kNetwork,
  kShare,        // most of the run's cycles first
  kUtilization,  // least of the array's peak first
  kDram          // most bytes first
};

struct TextOptions {
  std::size_t width = 80;  // columns of the terminal; 0: any number
  NodeOrder order = NodeOrder::kNetwork;
  std::optional<std::size_t> top;  // only so many nodes
  bool color = false;
};

std::string to_text(const RunReport& report, const TextOptions& options = {});

}  // namespace systole::report
