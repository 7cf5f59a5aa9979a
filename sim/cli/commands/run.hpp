// SPDX-License-Identifier: Apache-2.0
//
// `systole run`: from a network's file to a report.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "cli/commands.hpp"
#include "cli/job_options.hpp"
#include "session/network_run.hpp"
#include "support/work/run_limits.hpp"

namespace systole::cli {

struct RunArguments {
  JobOptions job;
  std::string on, output, dump_tensors, json, csv, trace, scalesim_reports;
  views::WaveOptions wave;
  std::string sort;                // of the table; empty: "cycles" with `top`, otherwise "network"
  std::optional<std::size_t> top;  // nodes in the table
  RunLimits limits;
  bool assertions = false, no_check = false, compare_float = false, races = false;
};

// Exit code 1 if a view or the outputs differ.
int execute(const RunArguments& arguments, const Streams& streams);

}  // namespace systole::cli
