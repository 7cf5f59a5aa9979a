// SPDX-License-Identifier: Apache-2.0
//
// A chip file as text for these tests, with the numbers of its lines.
#pragma once

#include <string>

#include "catch.hpp"
#include "chip/chip.hpp"
#include "support/error.hpp"

namespace systole {

inline const std::string kText =
    "name = \"test\"\n"              // line 1
    "clock_mhz = 800\n"              // 2
    "[chip]\n"                       // 3
    "array_rows = 8\n"               // 4
    "array_cols = 16\n"              // 5
    "activation_bank_words = 512\n"  // 6
    "weight_words = 1024\n"          // 7
    "accumulator_rows = 128\n"       // 8
    "parameter_words = 64\n"         // 9
    "post_lanes = 4\n"               // 10
    "axi_data_bits = 64\n"           // 11
    "axi_burst_bytes = 128\n"        // 12
    "load_fifo_beats = 64\n"         // 13
    "[memory]\n"                     // 14
    "latency_cycles = 33\n"          // 15
    "size_bytes = 0x10_0000\n";      // 16

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

inline std::string error_of(const std::string& text) {
  try {
    parse_chip(text, "c.toml");
  } catch (const UserError& error) {
    return error.what();
  }
  return "no error";
}

inline std::string error_after(const std::string& from, const std::string& to) {
  return error_of(replaced(kText, from, to));
}

}  // namespace systole
