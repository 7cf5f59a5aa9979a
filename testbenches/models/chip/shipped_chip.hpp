// SPDX-License-Identifier: Apache-2.0
//
// Chips of sim/chips, for the tests of all folders.
#pragma once

#include <string>

#include "chip/chip.hpp"

namespace systole::testing {

// `name`: of the file, without its ending.
inline Chip shipped_chip(const std::string& name) {
  return load_chip(std::string(SYSTOLE_SOURCE_DIR) + "/sim/chips/" + name + ".toml");
}

// 4 x 4, two lanes, AXI beats of 8 bytes, bursts of 8 beats, words of 4 operands, groups of 2.
inline Chip tiny() { return shipped_chip("tiny"); }

}  // namespace systole::testing
