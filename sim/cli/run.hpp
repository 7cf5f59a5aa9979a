// SPDX-License-Identifier: Apache-2.0
//
// `systole run`: from a network's file to a report.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "quantize/open_network.hpp"
#include "support/run_limits.hpp"

namespace systole::cli {

struct RunArguments {
  std::string network, chip, on, search = "fast";
  std::vector<std::string> inputs;
  std::string output, dump_tensors, json, csv, wave, trace;
  RunLimits limits;
  std::uint32_t seed = 1;
  bool assertions = false, no_check = false, compare_float = false, float_average_pool = false;
  quantize::CalibrationOptions calibration;
};

// Exit code 1 if a view or the outputs differ.
int execute(const RunArguments& arguments, const Streams& streams);

// The line that says which random data stand in for missing inputs.
std::string random_input_line(std::uint32_t seed);

}  // namespace systole::cli
