// SPDX-License-Identifier: Apache-2.0
//
// `systole coverage`: what several runs of `systole fuzz --json` covered together.
#pragma once

#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "fuzz/coverage.hpp"

namespace systole::cli {

struct CoverageArguments {
  std::vector<std::string> files;  // of fuzz --json, or of this command
  std::string json;
  double required = 0;  // percent
};

// Exit code 1 if less than required was covered.
int execute(const CoverageArguments& arguments, const Streams& streams);

// Lines for people: how many points were hit, and each one that was not.
std::string coverage_text(const fuzz::Coverage& coverage);

// 0, or 1 with a line on streams.error if fewer points were hit than `required` percent.
int check_coverage(const fuzz::Coverage& coverage, double required, const Streams& streams);

}  // namespace systole::cli
