// SPDX-License-Identifier: Apache-2.0
//
// `systole conformance`: operator tests in ONNX's own layout.
#pragma once

#include <string>

#include "cli/chip_options.hpp"
#include "cli/commands.hpp"

namespace systole::cli {

struct ConformanceArguments {
  ChipOptions chip;
  std::string folder, on = "reference", junit, only;
  bool verbose = false;
};
// Exit code 1 if a case failed.
int execute(const ConformanceArguments& arguments, const Streams& streams);

}  // namespace systole::cli
