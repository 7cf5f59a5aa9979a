// SPDX-License-Identifier: Apache-2.0
//
// `systole fuzz`: random programs on all views of a chip.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/chip_options.hpp"
#include "cli/commands.hpp"

namespace systole::cli {

struct FuzzArguments {
  ChipOptions chip;
  std::string json, junit, replay, memory = "random", keep = "fuzz-failures";
  std::optional<std::uint64_t> programs;  // 100, or with `seconds` as many as there is time for
  std::optional<std::uint64_t> seed;      // the seconds since 1970
  std::optional<double> seconds;
  double required_coverage = 0;  // percent
  int instructions = 24;
  unsigned jobs = 1;
  bool assertions = false;
};
// Exit code 1 if a view differs, or if less than the required coverage was reached.
int execute(const FuzzArguments& arguments, const Streams& streams);

}  // namespace systole::cli
