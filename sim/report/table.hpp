// SPDX-License-Identifier: Apache-2.0
//
// Tables and paragraphs for a terminal, and fields of CSV files. What stands in them is made printable
// (support/printable.hpp).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace systole::report {

// A table of texts, indented: the first `left` columns to the left, the others to the right.
std::string table(const std::vector<std::vector<std::string>>& rows, std::size_t left);

struct Column {
  std::string heading;
  bool left = false;  // texts stand to the left, numbers to the right
  int priority = 0;
  std::vector<std::string> cells;
  std::vector<std::string> styles;  // of the cells: a terminal's control sequence each; empty for none
};

// The same within `width` columns of a terminal; 0: any width. Where it is too narrow, columns with the highest
// priority numbers are left out and then the cells of the first column are cut in their middle. The first column always
// stays.
std::string fitted_table(std::vector<Column> columns, std::size_t width);

// `text` behind `title`, its later lines below its first; broken at blanks so that lines have at most `width` columns,
// 0: any number. One word may be longer.
std::string paragraph(const std::string& title, const std::string& text, std::size_t width);

// At most `width` characters, the middle replaced by "..".
std::string shortened(const std::string& text, std::size_t width);

// As a field of a CSV file (RFC 4180): quoted where it must be. A text that a spreadsheet would take for a formula, by its
// first character, has an apostrophe in front.
std::string csv_field(const std::string& text);

}  // namespace systole::report
