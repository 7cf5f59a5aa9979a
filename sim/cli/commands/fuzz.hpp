// SPDX-License-Identifier: Apache-2.0
//
// `systole fuzz`: random programs on all views of a chip.
#pragma once

#include <cstdint>
#include <string>

#include "cli/chip_options.hpp"
#include "cli/commands.hpp"

namespace systole::cli {

struct FuzzArguments {
  ChipOptions chip;
  std::string json, junit, replay, memory = "random", keep = "fuzz-failures";
  std::uint64_t programs = 100, seed = 1;
  int instructions = 24;
  unsigned jobs = 1;
  bool assertions = false;
};
// Exit code 1 if a view differs.
int execute(const FuzzArguments& arguments, const Streams& streams);

}  // namespace systole::cli
