// SPDX-License-Identifier: Apache-2.0
//
// What the command line asks for: the arguments of one command, each a plain struct. Only command_line.cpp knows the
// parser.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/commands.hpp"
#include "cli/commands/conformance.hpp"
#include "cli/commands/coverage.hpp"
#include "cli/commands/dram.hpp"
#include "cli/commands/export.hpp"
#include "cli/commands/fuzz.hpp"
#include "cli/commands/quantize.hpp"
#include "cli/commands/run.hpp"
#include "cli/commands/show.hpp"

namespace systole::cli {

using Command = std::variant<RunArguments, ChipsArguments, ChipArguments, DisasmArguments, TraceDiffArguments,
                             CompareArguments, ExplainArguments, ExportArguments, QuantizeArguments,
                             ConformanceArguments, DramArguments, FuzzArguments, CoverageArguments>;

// The command that `arguments` name, or an exit code if there is nothing left to do. The code is 0 if help or the
// version was asked for and is on streams.out. It is 2 if the arguments are wrong; a line on streams.error says why.
// UserError for a wrong value of an option that checks its value itself.
std::variant<Command, int> parse_command_line(const std::vector<std::string>& arguments, const Streams& streams);

}  // namespace systole::cli
