// SPDX-License-Identifier: Apache-2.0
//
// `systole fuzz`: random programs on all views of a chip.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "cli/commands.hpp"

namespace CLI {
class App;
}

namespace systole::cli {

struct FuzzArguments {
  std::string chip, json, junit, replay, memory = "random", keep = "fuzz-failures";
  std::uint64_t programs = 100, seed = 1;
  int instructions = 24;
  unsigned jobs = 1;
  bool assertions = false;
};
// Exit code 1 if a view differs.
int fuzz_command(const FuzzArguments& arguments, const Streams& streams);

void add_fuzz(CLI::App& app, FuzzArguments& arguments, std::function<int(const Streams&)>& action);

}  // namespace systole::cli
