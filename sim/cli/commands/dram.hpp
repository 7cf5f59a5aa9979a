// SPDX-License-Identifier: Apache-2.0
//
// `systole dram`: a memory measured alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/commands.hpp"

namespace systole::cli {

struct DramArguments {
  std::string memory, pattern = "stream", json;
  std::optional<std::string> mapping;
  std::optional<std::uint32_t> stacks, channels, channel_bits, outstanding;
  std::optional<std::uint64_t> requests;
  std::uint64_t seed = 1;
};

inline constexpr std::uint32_t kMaxOutstanding = 65536;  // reads in flight

int execute(const DramArguments& arguments, const Streams& streams);

}  // namespace systole::cli
