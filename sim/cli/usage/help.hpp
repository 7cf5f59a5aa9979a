// SPDX-License-Identifier: Apache-2.0
//
// What --help shows, and what is said of a wrong command line.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

namespace systole::cli::usage {

// All commands, or one with its options in their groups and its examples. Lines have at most `width` columns.
std::string help_of_all(const CLI::App& app, std::size_t width);
std::string help_of(const CLI::App& command, std::size_t width);

// In words, what is wrong with the arguments that the parser refused with `error`: an unknown command or option is
// named, with one that is like it.
std::string complaint(const CLI::App& app, const std::vector<std::string>& arguments, const CLI::ParseError& error);

}  // namespace systole::cli::usage
