// SPDX-License-Identifier: Apache-2.0
#include "report/csv.hpp"

#include <fmt/format.h>

#include "report/fields.hpp"
#include "report/table.hpp"

namespace systole::report {

namespace {

std::string column(const std::string& text) { return csv_field(text); }
std::string column(std::uint64_t value) { return std::to_string(value); }
std::string column(double value) { return fmt::format("{:.4f}", value); }
template <class T>
std::string column(const std::optional<T>& value) {
  return value ? column(*value) : "";
}

// `text_of` makes a column of a field and its value.
template <class TextOf>
std::string line(const NodeReport& node, TextOf&& text_of) {
  std::string out;
  visit_fields(node, [&](const Field& field, const auto& value) {
    if (!field.csv.empty()) out += (out.empty() ? "" : ",") + text_of(field, value);
  });
  return out + "\n";
}

NodeReport total_of(const RunReport& run) {
  NodeReport total;
  total.name = "total";
  total.where = run.view;
  total.macs = run.macs;
  total.cycles = run.cycles;
  total.utilization = run.utilization;
  for (const NodeReport& node : run.nodes) {
    total.lower_bound += node.lower_bound;
    total.dram_bytes += node.dram_bytes;
  }
  return total;
}

}  // namespace

std::string to_csv(const RunReport& run) {
  const auto name = [](const Field& field, const auto&) { return std::string(field.csv); };
  const auto text = [](const Field&, const auto& value) { return column(value); };
  std::string out = line({}, name);
  for (const NodeReport& node : run.nodes) out += line(node, text);
  return out + line(total_of(run), text);
}

}  // namespace systole::report
