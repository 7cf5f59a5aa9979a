// SPDX-License-Identifier: Apache-2.0
//
// The commands that show what is in a file: `chips`, `chip`, `disasm`, `trace-diff`,
// `compare`, `explain`.
#pragma once

#include <string>
#include <vector>

#include "cli/chip_options.hpp"
#include "cli/commands.hpp"

namespace systole::cli {

struct ChipsArguments {};
struct ChipArguments {
  ChipOptions chip;
  bool schema = false, keys = false;  // show these instead of a chip
};
struct DisasmArguments {
  std::string program;
};
struct TraceDiffArguments {
  std::string a, b;  // files of run --trace
};
struct CompareArguments {
  std::vector<std::string> files;  // of run --json
  std::string sort;                // key of a total; empty: as they were given
};
struct ExplainArguments {
  std::string report, node;  // a file of run --json, and the name of one of its nodes
};

int execute(const ChipsArguments& arguments, const Streams& streams);
int execute(const ChipArguments& arguments, const Streams& streams);
int execute(const DisasmArguments& arguments, const Streams& streams);
// Exit code 1 if the traces differ.
int execute(const TraceDiffArguments& arguments, const Streams& streams);
int execute(const CompareArguments& arguments, const Streams& streams);
int execute(const ExplainArguments& arguments, const Streams& streams);

}  // namespace systole::cli
