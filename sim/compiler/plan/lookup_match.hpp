// SPDX-License-Identifier: Apache-2.0
//
// The requantization and clamp behind a table of 256 outputs, which is all that the chip can do of a Lookup.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "network/network.hpp"

namespace systole::compiler {

// y = clamp(saturate(rne(fl(fl(x + bias) * scale)) + zero_point)); without `requantize` y = clamp(x).
struct UnaryArithmetic {
  bool requantize = false;
  std::int32_t bias = 0;
  float scale = 1;
  std::int32_t zero_point = 0;
  Clamp clamp;
};

// The arithmetic that gives exactly this table, if there is one.
std::optional<UnaryArithmetic> match_lookup(const std::vector<std::uint8_t>& table, bool input_signed,
                                            bool output_signed);

}  // namespace systole::compiler
