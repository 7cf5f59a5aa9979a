// SPDX-License-Identifier: Apache-2.0
//
// Changes of single keys of a chip file that has been read as TOML but not yet as a chip (`--set`).
#pragma once

#include <toml++/toml.h>

#include "chip/chip.hpp"

namespace systole::chip_file {

// In their order, a change of the memory's kind first. UserError for a text that is not KEY=VALUE, and for a key that
// names no table. The chip's name tells of the changes, unless one of them is the name. Unknown keys and wrong values
// are left to the reader, which knows what is allowed.
void apply_changes(toml::table& root, const ChipChanges& changes);

}  // namespace systole::chip_file
