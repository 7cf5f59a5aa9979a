// SPDX-License-Identifier: Apache-2.0
//
// The chip files that come with the tool (data_directory("chips")), by name.
#pragma once

#include <string>
#include <vector>

#include "chip/chip.hpp"

namespace systole {

// Names of the shipped chips, sorted.
std::vector<std::string> shipped_chips();

// A shipped chip by its name, or the chip file at this path, with these changes. UserError naming both possibilities
// when it is neither.
Chip open_chip(const std::string& name_or_path, const ChipChanges& changes = {});

}  // namespace systole
