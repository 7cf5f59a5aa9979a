// SPDX-License-Identifier: Apache-2.0
//
// The chip of these tests: 4 x 4, AXI beats of 8 bytes, bursts of 8 beats, words of 4 operands, groups of 2.
#pragma once

#include <string>

#include "chip/chip.hpp"

namespace systole::cycle {

inline Chip tiny() { return load_chip(std::string(SYSTOLE_SOURCE_DIR) + "/sim/chips/tiny.toml"); }

}  // namespace systole::cycle
