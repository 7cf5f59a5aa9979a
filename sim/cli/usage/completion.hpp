// SPDX-License-Identifier: Apache-2.0
//
// Scripts that complete command lines in a shell, and the manual page: made from the commands as the parser knows them.
#pragma once

#include <string>
#include <vector>

#include "cli/usage/command_info.hpp"

namespace systole::cli::usage {

// `chips` are what --chip offers beside files.
std::string bash_completion(const std::vector<CommandInfo>& commands, const std::vector<std::string>& chips);
std::string zsh_completion(const std::vector<CommandInfo>& commands, const std::vector<std::string>& chips);
std::string fish_completion(const std::vector<CommandInfo>& commands, const std::vector<std::string>& chips);

// systole(1), for man.
std::string manual_page(const std::vector<CommandInfo>& commands, const std::string& description,
                        const std::string& version);

}  // namespace systole::cli::usage
