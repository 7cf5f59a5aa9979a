// SPDX-License-Identifier: Apache-2.0
//
// What a report is of: enough to make it again, and to tell it from another one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace systole::report {

// Of the JSON of a report. It grows when a key is removed or gets another meaning.
inline constexpr std::uint32_t kFormatVersion = 2;

struct Provenance {
  std::string tool_version, tool_commit;  // tool_commit: empty if the tool was not built in a clone
  std::vector<std::string> command;       // the words of the command line; empty of a job of another program
  std::uint32_t seed = 0;
  std::string network_file, network_sha256;  // empty of a network that was given open, or if nobody asked
  std::vector<std::pair<std::string, std::string>> chip_keys;  // of the chip file, as --set takes them
  std::string search;                                          // how tilings were chosen
  std::string calibration;                                     // in words; empty if the file was quantized already
  std::optional<std::uint64_t> random_weight_tensors, random_weight_bytes;  // if there are such
};

}  // namespace systole::report
