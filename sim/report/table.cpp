// SPDX-License-Identifier: Apache-2.0
#include "report/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <string_view>

#include "support/printable.hpp"

namespace systole::report {

std::string table(const std::vector<std::vector<std::string>>& texts, std::size_t left) {
  std::vector<std::vector<std::string>> rows = texts;
  for (auto& row : rows)
    for (std::string& cell : row) cell = printable(cell);
  std::vector<std::size_t> widths;
  for (const auto& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) {
      if (c == widths.size()) widths.push_back(0);
      widths[c] = std::max(widths[c], row[c].size());
    }
  std::string out;
  for (const auto& row : rows) {
    std::string line = " ";
    for (std::size_t c = 0; c < row.size(); ++c)
      line += c < left ? fmt::format(" {:<{}}", row[c], widths[c]) : fmt::format("  {:>{}}", row[c], widths[c]);
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

namespace {

std::size_t width_of(const Column& column) {
  std::size_t width = column.heading.size();
  for (const std::string& cell : column.cells) width = std::max(width, cell.size());
  return width;
}

// Blanks before a column.
std::size_t gap(const Column& column) { return column.left ? 1 : 2; }

std::size_t width_of(const std::vector<Column>& columns) {
  std::size_t width = 1;
  for (const Column& column : columns) width += gap(column) + width_of(column);
  return width;
}

// Leaves columns out, and cuts the cells of the first.
void fit(std::vector<Column>& columns, std::size_t width) {
  constexpr std::size_t kShortestName = 16;
  const auto is_more = [](const Column& a, const Column& b) { return a.priority < b.priority; };
  // What the table takes with the first column cut as far as it may be.
  const auto least = [&] {
    return width_of(columns) - width_of(columns[0]) + std::min(width_of(columns[0]), kShortestName);
  };
  while (columns.size() > 1 && least() > width)
    columns.erase(std::max_element(columns.begin() + 1, columns.end(), is_more));
  const std::size_t others = width_of(columns) - width_of(columns[0]);
  for (std::string& cell : columns[0].cells)
    cell = shortened(cell, std::max(kShortestName, width > others ? width - others : 0));
}

}  // namespace

std::string fitted_table(std::vector<Column> columns, std::size_t width) {
  for (Column& column : columns)
    for (std::string& cell : column.cells) cell = printable(cell);
  if (width != 0) fit(columns, width);
  std::vector<std::size_t> widths;
  for (const Column& column : columns) widths.push_back(width_of(column));
  std::string out;
  for (std::size_t row = 0; row <= columns[0].cells.size(); ++row) {  // the first is the headings'
    std::string line = " ";
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const Column& column = columns[c];
      const std::string& text = row == 0 ? column.heading : column.cells[row - 1];
      const std::string padding(widths[c] - text.size(), ' ');
      const bool styled = row > 0 && !column.styles.empty() && !column.styles[row - 1].empty();
      line += std::string(gap(column), ' ');
      if (!column.left) line += padding;
      line += styled ? column.styles[row - 1] + text + "\x1b[0m" : text;
      if (column.left) line += padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string paragraph(const std::string& title, const std::string& text, std::size_t width) {
  std::string out, line = title;
  std::istringstream words(printable(text));
  bool is_first = true;
  for (std::string word; words >> word; is_first = false) {
    if (!is_first && width != 0 && line.size() + 1 + word.size() > width) {
      out += line + "\n";
      line = std::string(title.size(), ' ') + word;
    } else {
      line += (is_first ? "" : " ") + word;
    }
  }
  return out + line + "\n";
}

std::string shortened(const std::string& text, std::size_t width) {
  if (text.size() <= width || width < 3) return text;
  const std::size_t kept = width - 2, front = kept / 2;
  return text.substr(0, front) + ".." + text.substr(text.size() - (kept - front));
}

std::string csv_field(const std::string& field) {
  const bool is_formula = !field.empty() && std::string_view("=+-@").find(field[0]) != std::string_view::npos;
  const std::string text = (is_formula ? "'" : "") + field;
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

}  // namespace systole::report
