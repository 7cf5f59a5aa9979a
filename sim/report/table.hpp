// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace systole::report {

// A table of texts, indented: the first `left` columns to the left, the others to the right.
std::string table(const std::vector<std::vector<std::string>>& rows, std::size_t left);

// As a field of a CSV file (RFC 4180): quoted where it must be.
std::string csv_field(const std::string& text);

}  // namespace systole::report
