// SPDX-License-Identifier: Apache-2.0
//
// `systole dram`: a memory measured alone.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cli/commands.hpp"

namespace systole::cli {

struct DramArguments {
  std::string memory, pattern = "stream", json;
  std::optional<std::string> mapping;
  std::optional<std::uint32_t> channels, channel_bits, outstanding;
  std::optional<std::uint64_t> requests;
  std::uint64_t seed = 1;
};

// Adds the subcommand to the application; `action` becomes what it does. `arguments` must live as
// long as the application.
void add_dram(CLI::App& app, DramArguments& arguments, std::function<int(const Streams&)>& action);

int dram_command(const DramArguments& arguments, const Streams& streams);

}  // namespace systole::cli
