// SPDX-License-Identifier: Apache-2.0
//
// `systole run` and `systole export`: from an ONNX file to a report.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "quantize/calibration.hpp"
#include "quantize/open_network.hpp"

namespace systole::cli {

struct RunArguments {
  std::string network, chip, on = "all", search = "fast";
  std::vector<std::string> inputs;
  std::string output, dump_tensors, json, csv, wave, trace;
  std::uint64_t max_cycles = UINT64_MAX;
  std::uint64_t hang_cycles = 1'000'000;
  std::uint32_t seed = 1;
  bool assertions = false, no_check = false, compare_float = false, float_average_pool = false;
  quantize::CalibrationOptions calibration;
};
int run_network_command(const RunArguments& arguments, const Streams& streams);

// `systole trace-diff`: exit code 1 if two retire traces differ.
int trace_diff_command(const std::string& a, const std::string& b, const Streams& streams);

// `systole compare`: two files of run --json.
int compare_command(const std::string& a, const std::string& b, const Streams& streams);

struct ExportArguments {
  std::string network, chip, directory;
  std::vector<std::string> inputs;
  std::uint32_t seed = 1;
};
int export_command(const ExportArguments& arguments, const Streams& streams);

}  // namespace systole::cli
