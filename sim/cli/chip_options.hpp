// SPDX-License-Identifier: Apache-2.0
//
// How every command that needs a chip is told which one.
#pragma once

#include <string>

#include "chip/shipped_chips.hpp"

namespace systole::cli {

struct ChipOptions {
  std::string name;     // of a shipped chip, or a chip file
  ChipChanges changes;  // --set
};

// UserError as open_chip.
inline Chip opened(const ChipOptions& options) { return open_chip(options.name, options.changes); }

}  // namespace systole::cli
