// SPDX-License-Identifier: Apache-2.0
//
// Texts that come from files, on their way to a terminal, a table or a report.
#pragma once

#include <string>
#include <string_view>

namespace systole {

enum class LineEnds { kEscaped, kKept };

// Valid UTF-8 that moves no cursor, draws no color and turns no direction of writing: control characters, bytes that are
// no UTF-8, and the marks and overrides of bidirectional text stand there as \xNN. Everything else stays as it is, so a
// printable text is its own printable text.
std::string printable(std::string_view text, LineEnds line_ends = LineEnds::kEscaped);

}  // namespace systole
