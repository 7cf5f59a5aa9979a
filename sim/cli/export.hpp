// SPDX-License-Identifier: Apache-2.0
//
// `systole export`: a compiled network as files for another testbench.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/commands.hpp"

namespace systole::cli {

struct ExportArguments {
  std::string network, chip, directory;
  std::vector<std::string> inputs;
  std::uint32_t seed = 1;
};

int execute(const ExportArguments& arguments, const Streams& streams);

}  // namespace systole::cli
