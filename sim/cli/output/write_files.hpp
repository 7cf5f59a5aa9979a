// SPDX-License-Identifier: Apache-2.0
//
// The files of a command, behind its report.
#pragma once

#include <functional>
#include <vector>

#include "cli/commands.hpp"

namespace systole::cli {

// Calls all `writers`, so that one file that cannot be written does not cost the others. False if there is such a file;
// each has a line on streams.error.
bool write_files(const std::vector<std::function<void()>>& writers, const Streams& streams);

}  // namespace systole::cli
