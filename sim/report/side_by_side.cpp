// SPDX-License-Identifier: Apache-2.0
#include "report/side_by_side.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "report/fields.hpp"
#include "report/numbers.hpp"
#include "report/table.hpp"
#include "support/error.hpp"
#include "support/file.hpp"
#include "support/json_file.hpp"
#include "support/printable.hpp"
#include "support/similar.hpp"

namespace systole::report {

namespace {

using Json = nlohmann::json;

constexpr double kMostNumber = 0x1p63;  // every figure of a report is below
constexpr std::uint64_t kMaxReportBytes = 1u << 30;

std::optional<double> number(const Json& object, std::string_view key) {
  const auto found = object.find(std::string(key));
  if (found == object.end() || found->is_null()) return std::nullopt;
  if (!found->is_number())
    throw UserError(fmt::format("report: {} is {}, must be a number or null", key, found->dump().substr(0, 40)));
  const auto value = found->get<double>();
  if (!(value >= 0 && value < kMostNumber))
    throw UserError(fmt::format("report: {} is {}, allowed: 0 to 2^63", key, found->dump()));
  return value;
}

std::string change(std::optional<double> a, std::optional<double> b) {
  if (!a || !b) return "";
  if (*a == *b) return "=";
  if (*a == 0) return "new";
  return fmt::format("{:+.1f} %", (*b / *a - 1) * 100);
}

std::string text_of(Format format, std::optional<double> value) { return value ? formatted(format, *value) : "-"; }

// The fields of a Report that are compared, by their position.
template <class Report>
std::map<int, Field> compared_fields() {
  std::map<int, Field> fields;
  visit_fields(Report{}, [&fields](const Field& field, const auto&) {
    if (field.position != 0) fields.emplace(field.position, field);
  });
  return fields;
}

// "A", .., "Z", "A1", ..
std::string letter(std::size_t number) {
  std::string name(1, static_cast<char>('A' + number % 26));
  return number < 26 ? name : name + std::to_string(number / 26);
}

using Rows = std::vector<std::vector<std::string>>;

// What was run, by name: of a report without it, nothing.
std::map<std::string, std::string> circumstances(const Json& report) {
  std::map<std::string, std::string> found;
  const auto add = [&](const std::string& name, const Json& value) {
    if (value.is_string())
      found[name] = value.get<std::string>();
    else if (value.is_number_unsigned())
      found[name] = value.dump();
  };
  for (const char* key : {"network", "view"}) add(key, report[key]);
  const auto made_by = report.find("made_by");
  if (made_by == report.end() || !made_by->is_object()) return found;
  for (const char* key :
       {"tool_version", "tool_commit", "network_sha256", "seed", "search", "calibration", "random_weight_tensors"})
    if (made_by->contains(key)) add(key, (*made_by)[key]);
  if (const auto keys = made_by->find("chip_keys"); keys != made_by->end() && keys->is_object())
    for (const auto& [key, value] : keys->items()) add(key, value);
  return found;
}

// A row for each circumstance that is not the same in all reports; empty if there is none.
std::string differences_table(const std::vector<Json>& reports) {
  std::map<std::string, std::vector<std::string>> values;
  for (std::size_t i = 0; i < reports.size(); ++i)
    for (const auto& [key, value] : circumstances(reports[i])) {
      std::vector<std::string>& row = values[key];
      row.resize(reports.size(), "-");
      row[i] = shortened(value, 32);
    }
  Rows rows = {{"different"}};
  for (std::size_t i = 0; i < reports.size(); ++i) rows[0].push_back(letter(i));
  for (const auto& entry : values) {
    const std::vector<std::string>& row = entry.second;
    if (std::all_of(row.begin(), row.end(), [&row](const std::string& value) { return value == row[0]; })) continue;
    rows.push_back({entry.first});
    rows.back().insert(rows.back().end(), row.begin(), row.end());
  }
  return rows.size() == 1 ? "" : table(rows, 1) + "\n";
}

// The cells of one value in all reports: of each but the first also the change against it.
void add_cells(std::vector<std::string>& row, Format format, const std::vector<std::optional<double>>& values) {
  row.push_back(text_of(format, values[0]));
  for (std::size_t i = 1; i < values.size(); ++i)
    row.insert(row.end(), {text_of(format, values[i]), change(values[0], values[i])});
}
void add_headings(std::vector<std::string>& row, const std::string& title, std::size_t reports) {
  const std::string of = title.empty() ? "" : "of ";
  row.push_back(title.empty() ? letter(0) : title + " of A");
  for (std::size_t i = 1; i < reports; ++i) row.insert(row.end(), {of + letter(i), letter(i) + " against A"});
}

std::string totals_table(const std::vector<Json>& reports) {
  Rows rows = {{""}};
  add_headings(rows[0], "", reports.size());
  for (const auto& [position, field] : compared_fields<RunReport>()) {
    std::vector<std::optional<double>> values;
    for (const Json& report : reports) values.push_back(number(report, field.key));
    rows.push_back({std::string(field.title)});
    add_cells(rows.back(), field.compared, values);
  }
  return table(rows, 1);
}

class NodeTable {
 public:
  // With more than two reports, only the first field is shown: the table would be too wide.
  explicit NodeTable(std::size_t reports) : rows_{{"node"}} {
    if (reports > 2) fields_.erase(std::next(fields_.begin()), fields_.end());
    for (const auto& [position, field] : fields_) add_headings(rows_[0], std::string(field.title), reports);
  }
  // Nodes without cycles on all sides are left out: they are free, fused or on the host.
  void add(const std::string& name, const std::vector<const Json*>& nodes) {
    const auto values = [&nodes](std::string_view key) {
      std::vector<std::optional<double>> found;
      for (const Json* node : nodes) found.push_back(node == nullptr ? std::nullopt : number(*node, key));
      return found;
    };
    const auto cycles = values("cycles");
    if (std::all_of(cycles.begin(), cycles.end(), [](const auto& value) { return value.value_or(0) == 0; })) return;
    rows_.push_back({name});
    for (const auto& [position, field] : fields_) add_cells(rows_.back(), field.compared, values(field.key));
  }
  std::string text() const { return table(rows_, 1); }

 private:
  std::map<int, Field> fields_ = compared_fields<NodeReport>();
  Rows rows_;
};

// The nodes of all reports by name, in the order in which they come first. Of nodes of one name in one report, the
// first.
std::string node_table(const std::vector<Json>& reports) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<const Json*>> nodes;
  for (std::size_t i = 0; i < reports.size(); ++i)
    for (const Json& node : reports[i]["nodes"]) {
      const std::string name = node["name"];
      const auto [entry, is_new] = nodes.try_emplace(name, reports.size(), nullptr);
      if (is_new) order.push_back(name);
      if (entry->second[i] == nullptr) entry->second[i] = &node;
    }
  NodeTable rows(reports.size());
  for (const std::string& name : order) rows.add(name, nodes[name]);
  return rows.text();
}

}  // namespace

Json read_report(const std::filesystem::path& file) {
  const Json json = read_json(file, kMaxReportBytes);
  const auto fail = [&](const std::string& why) { throw UserError(fmt::format("{}: {}", file.string(), why)); };
  if (!json.is_object()) fail("no report of systole run --json: not an object");
  for (const char* key : {"chip", "network", "view"})
    if (!json.contains(key) || !json[key].is_string())
      fail(fmt::format("no report of systole run --json: '{}' is missing or no text", key));
  if (!json.contains("nodes") || !json["nodes"].is_array())
    fail("no report of systole run --json: 'nodes' is missing or no list");
  for (std::size_t i = 0; i < json["nodes"].size(); ++i) {
    const Json& node = json["nodes"][i];
    if (!node.is_object() || !node.contains("name") || !node["name"].is_string())
      fail(fmt::format("nodes[{}]: 'name' is missing or no text", i));
  }
  return json;
}

std::string side_by_side(const std::vector<Json>& reports) {
  std::string out;
  for (std::size_t i = 0; i < reports.size(); ++i)
    out +=
        fmt::format("{}: {} on {}, view: {}\n", letter(i), printable(reports[i]["network"].get<std::string>()),
                    printable(reports[i]["chip"].get<std::string>()), printable(reports[i]["view"].get<std::string>()));
  return out + "\n" + differences_table(reports) + totals_table(reports) + "\n" + node_table(reports);
}

void sort_reports(std::vector<Json>& reports, const std::string& key) {
  std::vector<std::string> keys;
  for (const auto& [position, field] : compared_fields<RunReport>()) keys.emplace_back(field.key);
  if (std::find(keys.begin(), keys.end(), key) == keys.end())
    throw UserError(fmt::format("--sort {}: allowed are {}{}", key, fmt::join(keys, ", "), did_you_mean(key, keys)));
  const bool most_first =
      key == "inferences_per_second" || key == "tops" || key == "utilization" || key == "macs_on_chip";
  const auto rank = [&](const Json& report) {
    const std::optional<double> value = number(report, key);
    if (!value) return std::numeric_limits<double>::infinity();
    return most_first ? -*value : *value;
  };
  std::stable_sort(reports.begin(), reports.end(), [&](const Json& a, const Json& b) { return rank(a) < rank(b); });
}

}  // namespace systole::report
