// SPDX-License-Identifier: Apache-2.0
//
// `systole quantize`: a float network to int8.
#pragma once

#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "quantize/open_network.hpp"

namespace systole::cli {

struct QuantizeArguments {
  std::string network, output;
  std::vector<std::string> inputs;  // one sample, if calibration has no data of its own
  quantize::CalibrationOptions calibration;
};

int execute(const QuantizeArguments& arguments, const Streams& streams);

}  // namespace systole::cli
