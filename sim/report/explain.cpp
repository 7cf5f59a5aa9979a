// SPDX-License-Identifier: Apache-2.0
#include "report/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "isa/instruction.hpp"
#include "report/numbers.hpp"
#include "report/run_report.hpp"
#include "report/table.hpp"
#include "support/error.hpp"
#include "support/printable.hpp"
#include "support/similar.hpp"

namespace systole::report {

namespace {

using Json = nlohmann::json;

// A node of a report, by its keys (fields.hpp).
class NodeView {
 public:
  NodeView(const Json& report, const Json& node) : report_(report), node_(node) {}

  std::uint64_t number(const char* key) const { return number(node_, key); }
  std::string text(const char* key) const { return node_.value(key, std::string()); }
  std::uint64_t run_cycles() const { return number(report_, "cycles"); }
  std::string chip() const { return report_["chip"]; }
  std::string network() const { return report_["network"]; }
  // Of the chip file, as in made_by; empty if the report does not have it.
  std::string chip_key(const char* key) const {
    const Json* keys = member(report_, "made_by");
    if (keys != nullptr) keys = member(*keys, "chip_keys");
    const Json* value = keys == nullptr ? nullptr : member(*keys, key);
    return value != nullptr && value->is_string() ? value->get<std::string>() : "";
  }
  bool has_accounts() const { return node_.contains("accounts"); }
  // Cycles of an engine's account; `part` is busy, wait_memory, ..
  std::uint64_t account(isa::Engine engine, const std::string& part) const {
    const Json* accounts = member(node_, "accounts");
    const Json* of_engine = accounts == nullptr ? nullptr : member(*accounts, isa::engine_name(engine));
    return of_engine == nullptr ? 0 : number(*of_engine, part.c_str());
  }

 private:
  static const Json* member(const Json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found == object.end() ? nullptr : &*found;
  }
  static std::uint64_t number(const Json& object, const char* key) {
    const Json* value = member(object, key);
    if (value == nullptr || value->is_null()) return 0;
    if (!value->is_number_integer() || (!value->is_number_unsigned() && value->get<std::int64_t>() < 0))
      throw UserError(fmt::format("report: {} is {}, must be a whole number", key, value->dump().substr(0, 40)));
    return value->get<std::uint64_t>();
  }

  const Json& report_;
  const Json& node_;
};

using Entries = std::vector<std::pair<std::string, std::string>>;

std::string cycles_text(std::uint64_t cycles, std::uint64_t whole) {
  return fmt::format("{} cycles, {}", grouped(cycles), share_text(share(cycles, whole)));
}

std::uint64_t useful_cycles(const NodeView& node) {
  return node.number("array_cycles") - node.number("short_pass_cycles") - node.number("padding_cycles");
}

Entries time_lines(const NodeView& node) {
  const std::uint64_t cycles = node.number("cycles");
  Entries lines = {{"at work", fmt::format("{} cycles, from cycle {} to {} of {}", grouped(cycles),
                                           grouped(node.number("first_start_cycle")),
                                           grouped(node.number("last_retire_cycle")), grouped(node.run_cycles()))},
                   {"share", fmt::format("{} of the run: cycles in which it was the next node to finish",
                                         share_text(share(node.number("own_cycles"), node.run_cycles())))}};
  if (!node.text("overlaps").empty())
    lines.emplace_back("overlaps",
                       fmt::format("{} for {} cycles", node.text("overlaps"), grouped(node.number("overlap_cycles"))));
  return lines;
}

// Where the array's cycles went while the node was at work.
Entries array_lines(const NodeView& node) {
  if (node.number("matrix_instructions") == 0) return {};
  const std::uint64_t cycles = node.number("cycles");
  const std::uint64_t matrix = node.number("array_cycles") + node.number("fill_cycles");
  return {{"useful", cycles_text(useful_cycles(node), cycles)},
          {"short passes", cycles_text(node.number("short_pass_cycles"), cycles)},
          {"padding", cycles_text(node.number("padding_cycles"), cycles)},
          {"filling", cycles_text(node.number("fill_cycles"), cycles)},
          {"idle", cycles_text(cycles - std::min(cycles, matrix), cycles)}};
}

const std::vector<std::string>& account_parts() {
  static const std::vector<std::string> parts = [] {
    std::vector<std::string> names = {"busy"};
    for (const isa::Engine engine : isa::kAllEngines) names.push_back(std::string("wait_") + isa::engine_name(engine));
    names.insert(names.end(), {"wait_memory", "wait_port", "wait_instruction"});
    return names;
  }();
  return parts;
}

std::string account_table(const NodeView& node) {
  std::vector<std::vector<std::string>> rows = {{"engine"}};
  for (const std::string& part : account_parts())
    rows[0].push_back(part.substr(part.find('_') == std::string::npos ? 0 : part.find('_') + 1));
  for (const isa::Engine engine : isa::kAllEngines) {
    rows.push_back({isa::engine_name(engine)});
    for (const std::string& part : account_parts()) rows.back().push_back(grouped(node.account(engine, part)));
  }
  return table(rows, 1);
}

std::string reads_text(std::uint64_t read, std::uint64_t once) {
  std::string text = bytes_text(read) + " of weights";
  if (once > 0 && read > once)
    text += fmt::format(" ({} {:.1f} times)", bytes_text(once), static_cast<double>(read) / static_cast<double>(once));
  return text;
}

Entries work_lines(const NodeView& node) {
  const std::uint64_t read = node.number("dram_read_bytes"), weights = node.number("weight_read_bytes");
  Entries lines = {
      {"instructions",
       fmt::format("{} load, {} matrix, {} store", grouped(node.number("load_instructions")),
                   grouped(node.number("matrix_instructions")), grouped(node.number("store_instructions")))}};
  if (!node.text("tile").empty())
    lines.emplace_back("largest tile",
                       fmt::format("{}; {} passes in all tiles", node.text("tile"), grouped(node.number("passes"))));
  lines.emplace_back(
      "DRAM", fmt::format("{}, {} of the rest read, {} written", reads_text(weights, node.number("weight_bytes")),
                          bytes_text(read - weights), bytes_text(node.number("dram_bytes") - read)));
  lines.emplace_back("bounds",
                     fmt::format("array {}, DRAM {}, stores {} cycles; no schedule takes less than {}",
                                 grouped(node.number("array_cycles")), grouped(node.number("dram_cycles")),
                                 grouped(node.number("store_cycles")), grouped(node.number("lower_bound_cycles"))));
  return lines;
}

// The wait that cost the engine most cycles; empty if it never waited.
std::string longest_wait(const NodeView& node, isa::Engine engine) {
  std::string longest;
  std::uint64_t cycles = 0;
  for (const std::string& part : account_parts()) {
    if (part == "busy" || node.account(engine, part) <= cycles) continue;
    cycles = node.account(engine, part);
    longest = part;
  }
  return longest;
}

std::string dependency_advice(const NodeView& node) {
  constexpr std::uint64_t kHidden = 4;  // fifths of its cycles
  if (5 * node.number("overlap_cycles") >= kHidden * node.number("cycles"))
    return fmt::format("little: it runs while {} does, and costs {} of the run", node.text("overlaps"),
                       share_text(share(node.number("own_cycles"), node.run_cycles())));
  if (!node.has_accounts()) return "the view has no accounts: run it with --on model or --on all";
  const bool has_passes = node.number("matrix_instructions") > 0;
  const std::string wait = longest_wait(node, has_passes ? isa::Engine::kMatrix : isa::Engine::kStore);
  const std::string who = has_passes ? "the array waits" : "stores wait";
  if (wait == "wait_load")
    return who +
           " for loads: more bandwidth or less latency of the memory, more bursts in flight "
           "(chip.load_outstanding), or larger buffers, which are filled further ahead";
  if (wait == "wait_matrix") return who + " for the array: see its cycles above";
  if (wait == "wait_store")
    return fmt::format(
        "{} until accumulators are empty: more chip.accumulator_rows (now {}) or chip.post_lanes (now {})", who,
        node.chip_key("chip.accumulator_rows"), node.chip_key("chip.post_lanes"));
  if (wait == "wait_memory") return who + " for the memory: less latency, or more bursts in flight";
  if (wait == "wait_port") return who + " for ports: more chip.activation_banks";
  if (wait == "wait_instruction")
    return fmt::format(
        "{} for instructions: tiles are small, and chip.queue_depth (now {}) and chip.fetch_depth (now "
        "{}) say how many instructions are read ahead",
        who, node.chip_key("chip.queue_depth"), node.chip_key("chip.fetch_depth"));
  return "engines wait for each other in turn: the node is short, and its latency shows";
}

// What would move the bound that holds.
std::string advice(const NodeView& node, const std::string& bound) {
  const std::uint64_t rest = std::max(node.number("dram_cycles"), node.number("store_cycles"));
  if (bound == kBoundByArray)
    return fmt::format("more multipliers (now {} x {}); with enough of them, {} cycles are left for {}",
                       node.chip_key("chip.array_rows"), node.chip_key("chip.array_cols"), grouped(rest),
                       node.number("dram_cycles") >= node.number("store_cycles") ? "DRAM" : "stores");
  if (bound == kBoundByShortPasses) {
    const std::uint64_t words = node.number("array_cycles") - node.number("short_pass_cycles");
    return fmt::format(
        "a pass has {:.1f} activation words on average and takes {} cycles or more, the rows of the "
        "array: fewer rows, or more positions in a tile (a larger batch or image)",
        static_cast<double>(words) / static_cast<double>(std::max<std::uint64_t>(node.number("passes"), 1)),
        node.chip_key("chip.array_rows"));
  }
  if (bound == kBoundByPadding)
    return fmt::format(
        "the node's channels fill {} of the array's rows and columns: fewer rows or columns, or "
        "channels that are multiples of {} and {}",
        share_text(share(useful_cycles(node), node.number("array_cycles"))), node.chip_key("chip.array_rows"),
        node.chip_key("chip.array_cols"));
  if (bound == kBoundByDram) {
    const bool again = node.number("weight_read_bytes") > node.number("weight_bytes") * 21 / 20;
    return std::string("more bandwidth: another memory.kind, more channels, or a wider chip.axi_data_bits") +
           (again ? "; or larger buffers, so that weights are read once" : "");
  }
  if (bound == kBoundByStores) return fmt::format("more chip.post_lanes (now {})", node.chip_key("chip.post_lanes"));
  return dependency_advice(node);
}

std::string section(const std::string& title, const Entries& lines, std::size_t width) {
  if (lines.empty()) return "";
  std::size_t titles = 0;
  for (const auto& [name, text] : lines) titles = std::max(titles, name.size());
  std::string out = "\n" + title + "\n";
  for (const auto& [name, text] : lines) out += paragraph(fmt::format("  {:<{}} ", name, titles), text, width);
  return out;
}

const Json& node_of(const Json& report, const std::string& name) {
  std::vector<std::string> names;
  for (const Json& node : report["nodes"]) {
    if (node["name"] == name) return node;
    names.push_back(node["name"]);
  }
  throw UserError(fmt::format("the report has no node \"{}\"{}", name, did_you_mean(name, names)));
}

}  // namespace

std::string explain(const Json& report, const std::string& name, std::size_t width) {
  const Json& json = node_of(report, name);
  const NodeView node(report, json);
  std::string out = fmt::format("{} ({}{}) of {} on {}\n", printable(name), printable(node.text("operator")),
                                node.text("shape").empty() ? "" : ", " + printable(node.text("shape")),
                                printable(node.network()), printable(node.chip()));
  const std::string where = node.text("where"), fused_into = node.text("fused_into");
  if (where == "host") return out + paragraph("it runs on the host: ", node.text("reason"), width);
  if (where == "none") return out + "it moves nothing: another name for its input's bytes\n";
  if (!fused_into.empty())
    return out + paragraph("", "the instructions of " + fused_into + " compute it: see there", width);
  if (node.number("cycles") == 0)
    throw UserError("the report has no cycles of this node: run it with --on model, rtl or all");
  const std::string bound = node.text("bound");
  out += section("its time", time_lines(node), width);
  out += section("the array, of the cycles at work", array_lines(node), width);
  if (node.has_accounts()) out += "\ncycles of each engine for it: busy, or waiting for\n" + account_table(node);
  out += section("its work", work_lines(node), width);
  out += "\n" + paragraph("bound by ", bound.empty() ? "nothing that is known: the run was interrupted" : bound, width);
  if (!bound.empty()) out += paragraph("what would help: ", advice(node, bound), width);
  return out;
}

}  // namespace systole::report
