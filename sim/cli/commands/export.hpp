// SPDX-License-Identifier: Apache-2.0
//
// `systole export`: a compiled network as files for another testbench.
#pragma once

#include <string>

#include "cli/commands.hpp"
#include "cli/job_options.hpp"

namespace systole::cli {

struct ExportArguments {
  JobOptions job;
  std::string directory;
};

int execute(const ExportArguments& arguments, const Streams& streams);

}  // namespace systole::cli
