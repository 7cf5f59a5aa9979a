// SPDX-License-Identifier: Apache-2.0
#include "report/side_by_side.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "report/numbers.hpp"
#include "report/table.hpp"
#include "support/error.hpp"
#include "support/file.hpp"

namespace systole::report {

namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMaxFileBytes = 1u << 30;

std::optional<double> number(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return std::nullopt;
  if (!found->is_number())
    throw UserError(fmt::format("report: {} is {}, must be a number or null", key, found->dump().substr(0, 40)));
  return found->get<double>();
}

std::string change(std::optional<double> a, std::optional<double> b) {
  if (!a || !b) return "";
  if (*a == *b) return "=";
  if (*a == 0) return "new";
  return fmt::format("{:+.1f} %", (*b / *a - 1) * 100);
}

std::string count_text(std::optional<double> value) {
  return value ? grouped(static_cast<std::uint64_t>(*value)) : "-";
}

struct Total {
  const char *name, *key;
  std::string (*text)(std::optional<double>);
};

const Total kTotals[] = {
    {"cycles", "cycles", count_text},
    {"latency, ms", "latency_seconds",
     [](std::optional<double> v) { return v ? fmt::format("{:.3f}", *v * 1e3) : "-"; }},
    {"inferences/s", "inferences_per_second",
     [](std::optional<double> v) { return v ? fmt::format("{:.1f}", *v) : "-"; }},
    {"utilization", "utilization", [](std::optional<double> v) { return v ? share_text(*v) : "-"; }},
    {"effective TOP/s", "tops", [](std::optional<double> v) { return v ? fmt::format("{:.3f}", *v) : "-"; }},
    {"MACs on the chip", "macs_on_chip", count_text},
    {"instructions", "instructions", count_text},
    {"DRAM read, bytes", "dram_read_bytes", count_text},
    {"DRAM written, bytes", "dram_write_bytes", count_text},
};

}  // namespace

Json read_report(const std::filesystem::path& file) {
  const Json json = Json::parse(read_whole_file(file, kMaxFileBytes), nullptr, false);
  const auto fail = [&](const std::string& why) { throw UserError(fmt::format("{}: {}", file.string(), why)); };
  if (json.is_discarded()) fail("not JSON");
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
  std::vector<std::vector<std::string>> rows = {{"", "A", "B", "B against A"}};
  for (const Total& total : kTotals) {
    const auto of_a = number(a, total.key), of_b = number(b, total.key);
    rows.push_back({total.name, total.text(of_a), total.text(of_b), change(of_a, of_b)});
  }
  out += table(rows, 1) + "\n";

  std::map<std::string, const Json*> nodes_of_b;
  for (const Json& node : b["nodes"]) nodes_of_b.emplace(node["name"].get<std::string>(), &node);
  rows = {{"node", "cycles of A", "of B", "B against A", "DRAM bytes of A", "of B", "B against A"}};
  const Json none = Json::object();
  const auto add = [&](const std::string& name, const Json& of_a, const Json& of_b) {
    const auto cycles_a = number(of_a, "cycles"), cycles_b = number(of_b, "cycles");
    const auto bytes_a = number(of_a, "dram_bytes"), bytes_b = number(of_b, "dram_bytes");
    if (cycles_a.value_or(0) == 0 && cycles_b.value_or(0) == 0) return;  // free, fused or on the host in both
    rows.push_back({name, count_text(cycles_a), count_text(cycles_b), change(cycles_a, cycles_b), count_text(bytes_a),
                    count_text(bytes_b), change(bytes_a, bytes_b)});
  };
  for (const Json& node : a["nodes"]) {
    const std::string name = node["name"];
    const auto found = nodes_of_b.find(name);
    add(name, node, found == nodes_of_b.end() ? none : *found->second);
    if (found != nodes_of_b.end()) nodes_of_b.erase(found);
  }
  for (const Json& node : b["nodes"])
    if (const std::string name = node["name"]; nodes_of_b.count(name)) add(name, none, node);
  return out + table(rows, 1);
}

}  // namespace systole::report
