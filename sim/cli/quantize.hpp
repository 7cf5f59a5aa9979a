// SPDX-License-Identifier: Apache-2.0
//
// `systole quantize`: a float network to int8.
#pragma once

#include <string>

#include "cli/commands.hpp"
#include "quantize/open_network.hpp"

namespace systole::cli {

struct QuantizeArguments {
  std::string network, output;
  quantize::CalibrationOptions calibration;
};

int execute(const QuantizeArguments& arguments, const Streams& streams);

// The shape of an input from "NAME=N,N,..", where the name may have equal signs itself. UserError for any other text and for a
// dimension outside of its range.
void add_shape(const std::string& text, LoadOptions& options);

}  // namespace systole::cli
