// SPDX-License-Identifier: Apache-2.0
#include "report/side_by_side.hpp"

#include <fmt/format.h>

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

std::string totals_table(const Json& a, const Json& b) {
  std::vector<std::vector<std::string>> rows = {{"", "A", "B", "B against A"}};
  for (const auto& [position, field] : compared_fields<RunReport>()) {
    const auto of_a = number(a, field.key), of_b = number(b, field.key);
    rows.push_back(
        {std::string(field.title), text_of(field.compared, of_a), text_of(field.compared, of_b), change(of_a, of_b)});
  }
  return table(rows, 1);
}

class NodeTable {
 public:
  NodeTable() : rows_{{"node"}} {
    for (const auto& [position, field] : fields_)
      rows_[0].insert(rows_[0].end(), {std::string(field.title) + " of A", "of B", "B against A"});
  }
  // Nodes without cycles on both sides are left out: they are free, fused or on the host.
  void add(const std::string& name, const Json& of_a, const Json& of_b) {
    if (number(of_a, "cycles").value_or(0) == 0 && number(of_b, "cycles").value_or(0) == 0) return;
    rows_.push_back({name});
    for (const auto& [position, field] : fields_) {
      const auto a = number(of_a, field.key), b = number(of_b, field.key);
      rows_.back().insert(rows_.back().end(), {text_of(field.compared, a), text_of(field.compared, b), change(a, b)});
    }
  }
  std::string text() const { return table(rows_, 1); }

 private:
  const std::map<int, Field> fields_ = compared_fields<NodeReport>();
  std::vector<std::vector<std::string>> rows_;
};

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

std::string side_by_side(const Json& a, const Json& b) {
  const auto title = [](const Json& r) {
    return fmt::format("{} on {}, view: {}", r["network"].get<std::string>(), r["chip"].get<std::string>(),
                       r["view"].get<std::string>());
  };
  std::string out = fmt::format("A: {}\nB: {}\n\n", title(a), title(b));
  out += totals_table(a, b) + "\n";

  std::map<std::string, const Json*> nodes_of_b;
  for (const Json& node : b["nodes"]) nodes_of_b.emplace(node["name"].get<std::string>(), &node);
  const Json none = Json::object();
  NodeTable nodes;
  for (const Json& node : a["nodes"]) {
    const std::string name = node["name"];
    const auto found = nodes_of_b.find(name);
    nodes.add(name, node, found == nodes_of_b.end() ? none : *found->second);
    if (found != nodes_of_b.end()) nodes_of_b.erase(found);
  }
  for (const Json& node : b["nodes"])
    if (const std::string name = node["name"]; nodes_of_b.count(name)) nodes.add(name, none, node);
  return out + nodes.text();
}

}  // namespace systole::report
