// SPDX-License-Identifier: Apache-2.0
//
// The options that say which program is made of a network: the same, with the same defaults, for every command that
// compiles one. What `systole export` writes is the program that `systole run` measures.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cli/chip_options.hpp"
#include "cli/commands.hpp"
#include "cli/output/progress_line.hpp"
#include "quantize/open_network.hpp"
#include "session/session.hpp"

namespace systole::cli {

struct JobOptions {
  ChipOptions chip;
  std::string network, search = "fast";
  std::vector<std::string> command;  // the words of the command line
  std::vector<std::string> inputs;   // a file for each input of the graph, in their order; random data if empty
  quantize::CalibrationOptions calibration;
  std::uint32_t seed = 1;
  bool float_average_pool = false, scalesim_rounding = false;
};

// The job of a command, to be completed by it. UserError as open_chip.
session::Job job_of(const JobOptions& options);

// For session::Progress::opened: says what a float network was calibrated on, and which random data stand in for
// missing weights and, of a run that has values, inputs, on lines of their own below `line`. The arguments have to live as long as what is returned.
std::function<void(const quantize::OpenedNetwork&)> announcement(const JobOptions& options, const Streams& streams,
                                                                 ProgressLine& line, bool has_values = true);

// The shape of an input from "NAME=N,N,..", where the name may have equal signs itself. UserError for any other text
// and for a dimension outside of its range.
void add_shape(const std::string& text, LoadOptions& options);

}  // namespace systole::cli
