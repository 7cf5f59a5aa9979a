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
    using Value = std::decay_t<decltype(value)>;
    if constexpr (kIsValue<Value>)
      if (!field.csv.empty()) out += (out.empty() ? "" : ",") + text_of(field, value);
  });
  return out + "\n";
}

NodeReport total_of(const RunReport& run) {
  NodeReport total;
  total.name = "total";
  total.where = run.view;
  total.macs = run.macs;
  total.cycles = total.own_cycles = run.cycles;
  total.utilization = run.utilization;
  for (const NodeReport& node : run.nodes) {
    total.lower_bound += node.lower_bound;
    total.dram_bytes += node.dram_bytes;
    total.work.passes += node.work.passes;
    total.work.array_cycles += node.work.array_cycles;
    total.work.short_pass_cycles += node.work.short_pass_cycles;
    total.work.padding_cycles += node.work.padding_cycles;
    total.work.dram_cycles += node.work.dram_cycles;
    total.work.store_cycles += node.work.store_cycles;
    if (node.fill_cycles) total.fill_cycles = total.fill_cycles.value_or(0) + *node.fill_cycles;
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
