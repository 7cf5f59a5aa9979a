// SPDX-License-Identifier: Apache-2.0
//
// The commands and their options as data, for all that tells of them: help, messages, completion, the manual page.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

namespace systole::cli::usage {

struct OptionInfo {
  std::vector<std::string> names;    // "-o", "--output"; of a positional its name
  std::string value;                 // what stands for its value: "FILE"; empty of a flag
  std::vector<std::string> choices;  // the values, if only these are allowed
  std::string help;
  std::string group;  // the heading that it stands under
  bool is_positional = false, is_required = false, is_repeated = false;
};

struct CommandInfo {
  std::string name, help;
  std::vector<OptionInfo> options;    // in the order of their definition
  std::vector<std::string> examples;  // command lines
};

// Of one command. Its footer has the examples, a line each.
CommandInfo info_of(const CLI::App& command);

// Of all commands of the tool, in the order of their definition.
std::vector<CommandInfo> commands_of(const CLI::App& app);

// "systole run NET --chip CHIP --on VIEW [options]"
std::string synopsis(const CommandInfo& command);

// "--chip CHIP", "-o, --output DIR"
std::string option_text(const OptionInfo& option);

}  // namespace systole::cli::usage
