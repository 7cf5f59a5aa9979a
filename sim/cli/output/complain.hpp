// SPDX-License-Identifier: Apache-2.0
//
// What went wrong, as every command says it.
#pragma once

#include <string_view>

#include "cli/commands.hpp"

namespace systole::cli {

// "systole: TEXT" on streams.error, made printable (support/printable.hpp) but for its line ends.
void complain(const Streams& streams, std::string_view text);

}  // namespace systole::cli
