// SPDX-License-Identifier: Apache-2.0
//
// `systole quantize`, and the options that `run` shares with it.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "cli/commands.hpp"
#include "quantize/open_network.hpp"

namespace systole::cli {

struct QuantizeArguments {
  std::string network, output;
  quantize::CalibrationOptions calibration;
};

// --calibrate, --samples, --per-tensor; the seed is an option of the command's own.
void add_calibration_options(CLI::App& command, quantize::CalibrationOptions& options);

void add_quantize(CLI::App& app, QuantizeArguments& arguments, std::function<int(const Streams&)>& action);

}  // namespace systole::cli
