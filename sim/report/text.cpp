// SPDX-License-Identifier: Apache-2.0
#include "report/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

#include "report/fields.hpp"
#include "report/table.hpp"
#include "support/printable.hpp"

namespace systole::report {

namespace {

// Of the node's line, by what bounds it.
const char* style_of(const std::string& bound) {
  constexpr const char *kGreen = "\x1b[32m", *kRed = "\x1b[31m", *kYellow = "\x1b[33m", *kMagenta = "\x1b[35m";
  if (bound == kBoundByArray) return kGreen;
  if (bound == kBoundByDram) return kRed;
  if (bound == kBoundByShortPasses || bound == kBoundByPadding) return kMagenta;
  return bound.empty() ? "" : kYellow;
}

std::string cell(Format format, const std::string& text) {
  return format == Format::kOrDash && text.empty() ? "-" : text;
}
template <class T>
std::string cell(Format format, const T& number) {
  using Number = std::conditional_t<std::is_integral_v<T>, std::uint64_t, double>;
  return number == T{} ? "-" : formatted(format, static_cast<Number>(number));
}
template <class T>
std::string cell(Format format, const std::optional<T>& number) {
  return cell(format, number.value_or(T{}));
}

// The table's columns, filled line by line.
class NodeColumns {
 public:
  explicit NodeColumns(bool color) : color_(color) {}

  void add(const NodeReport& node) {
    std::size_t number = 0;
    visit_fields(node, [&](const Field& field, const auto& value) {
      using Value = std::decay_t<decltype(value)>;
      if constexpr (kIsValue<Value>) {
        if (field.heading.empty()) return;
        if (number == columns_.size())
          columns_.push_back({std::string(field.heading), std::is_same_v<Value, std::string>, field.priority, {}, {}});
        columns_[number].cells.push_back(cell(field.text, value));
        if (color_) columns_[number].styles.push_back(field.key == "bound" ? style_of(node.bound) : "");
        ++number;
      }
    });
    if (!node.fused_into.empty()) columns_[0].cells.back().insert(0, "+ ");
  }

  // Texts in front.
  std::string text(std::size_t width) {
    if (columns_.empty()) return "";
    std::stable_partition(columns_.begin(), columns_.end(), [](const Column& column) { return column.left; });
    return fitted_table(std::move(columns_), width);
  }

 private:
  bool color_;
  std::vector<Column> columns_;
};

void sort(std::vector<const NodeReport*>& nodes, NodeOrder order) {
  const auto key = [order](const NodeReport& node) -> double {
    switch (order) {
      case NodeOrder::kNetwork:
        break;
      case NodeOrder::kShare:
        return -static_cast<double>(node.own_cycles.value_or(0));
      case NodeOrder::kUtilization:  // nodes without one last
        return node.utilization.value_or(2);
      case NodeOrder::kDram:
        return -static_cast<double>(node.dram_bytes);
    }
    return 0;
  };
  std::stable_sort(nodes.begin(), nodes.end(),
                   [&key](const NodeReport* a, const NodeReport* b) { return key(*a) < key(*b); });
}

// Nodes that another one computes stand behind that one.
std::string node_table(const RunReport& run, const TextOptions& options) {
  std::map<std::string, std::vector<const NodeReport*>> fused;
  std::vector<const NodeReport*> nodes;
  std::set<std::string> names;
  for (const NodeReport& node : run.nodes) names.insert(node.name);
  for (const NodeReport& node : run.nodes)
    if (node.fused_into.empty() || names.count(node.fused_into) == 0)
      nodes.push_back(&node);
    else
      fused[node.fused_into].push_back(&node);
  sort(nodes, options.order);
  const std::size_t shown = std::min(options.top.value_or(nodes.size()), nodes.size());
  NodeColumns columns(options.color);
  for (std::size_t i = 0; i < shown; ++i) {
    columns.add(*nodes[i]);
    const auto behind = fused.extract(nodes[i]->name);  // two nodes may have one name
    if (behind.empty()) continue;
    for (const NodeReport* each : behind.mapped()) columns.add(*each);
  }
  std::string text = columns.text(options.width);
  if (shown < nodes.size()) text += fmt::format("  {} more nodes\n", nodes.size() - shown);
  return text;
}

using Lines = std::vector<std::vector<std::string>>;  // title and text

// The texts of the known fields by their keys.
using Texts = std::map<std::string_view, std::string>;

template <class T>
void add(Texts& texts, const Field& field, const T& value) {
  using Number = std::conditional_t<std::is_integral_v<T>, std::uint64_t, double>;
  if (field.text != Format::kNone) texts.emplace(field.key, formatted(field.text, static_cast<Number>(value)));
}
template <class T>
void add(Texts& texts, const Field& field, const std::optional<T>& value) {
  if (value) add(texts, field, *value);
}

// `pattern` with each {key} replaced; nothing if one of them is unknown.
std::optional<std::string> filled(std::string_view pattern, const Texts& texts) {
  std::string out;
  for (std::size_t open; (open = pattern.find('{')) != std::string_view::npos;) {
    const std::size_t close = pattern.find('}', open);
    const auto text = texts.find(pattern.substr(open + 1, close - open - 1));
    if (text == texts.end()) return std::nullopt;
    out += std::string(pattern.substr(0, open)) + text->second;
    pattern.remove_prefix(close + 1);
  }
  return out + std::string(pattern);
}

std::string busy_text(const Counters& counters) {
  std::string text;
  for (const isa::Engine engine : isa::kAllEngines) {
    const double busy = share(counters[counter_of(engine, isa::EngineState::kBusy)], counters[counter::kCycles]);
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", isa::engine_name(engine), share_text(busy));
  }
  return text;
}

// Of "wait_memory" and its like the second word, with the share of the cycles; what is zero is left out.
std::string wait_text(const cycle::Account& account, std::uint64_t cycles) {
  constexpr std::string_view kWait = "wait_";
  std::string text;
  visit_fields(account, [&](const Field& field, std::uint64_t part) {
    if (field.key.substr(0, kWait.size()) != kWait || part == 0) return;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", field.key.substr(kWait.size()),
                        share_text(share(part, cycles)));
  });
  return "for " + text;
}

std::string array_text(const ArrayShares& array) {
  const double idle = std::max(0.0, 1 - array.useful - array.short_passes - array.padding - array.fill);
  return fmt::format("{} useful, {} short passes, {} padding, {} filling, {} idle", share_text(array.useful),
                     share_text(array.short_passes), share_text(array.padding), share_text(array.fill),
                     share_text(idle));
}

std::string stages_text(const std::vector<Stage>& stages) {
  double all = 0;
  std::string text;
  for (const Stage& stage : stages) {
    all += stage.seconds;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", stage.name, duration_text(stage.seconds));
  }
  return duration_text(all) + ": " + text;
}

std::string match_text(bool match, const std::string& view) {
  if (!match) return "DIFFERENT";
  return view == "all" ? "every bit and every cycle equal in all views, and equal to the ONNX arithmetic"
                       : "equal to the ONNX arithmetic, bit for bit";
}

// Collects what the templates of kSummary quote.
class Summary {
 public:
  explicit Summary(const RunReport& run) : run_(run) { visit_fields(run, *this); }

  template <class T>
  void operator()(const Field& field, const T& value) {
    if constexpr (kIsValue<T>) add(texts_, field, value);
  }
  void operator()(const Field& field, const std::optional<bool>& match) {
    if (match) texts_.emplace(field.key, match_text(*match, run_.view));
  }
  void operator()(const Field& field, const std::optional<Counters>& counters) {
    if (counters && (*counters)[counter::kCycles] != 0) texts_.emplace(field.key, busy_text(*counters));
  }
  void operator()(const Field& field, const std::optional<ArrayShares>& array) {
    if (array) texts_.emplace(field.key, array_text(*array));
  }
  void operator()(const Field& field, const std::vector<Stage>& stages) {
    if (!stages.empty()) texts_.emplace(field.key, stages_text(stages));
  }
  void operator()(const Field& field, const std::array<std::pair<std::string, Shares>, 2>& by_place) {
    for (const auto& [place, shares] : by_place) {
      Texts texts;
      visit_fields(shares, [&texts](const Field& part, double value) { add(texts, part, value); });
      lines_[field.key].push_back({"on " + place, *filled(kShareSummary, texts)});
    }
  }
  void operator()(const Field& field, const std::string& text) {
    if (field.text != Format::kNone && !text.empty()) texts_.emplace(field.key, text);
  }
  void operator()(const Field& field, const std::vector<InputReport>& inputs) {
    for (const InputReport& input : inputs)
      if (input.outside_range.value_or(0) > 0)
        lines_[field.key].push_back(
            {"input " + input.name,
             fmt::format("{} of the values lie outside the calibrated range", share_text(*input.outside_range))});
  }
  void operator()(const Field& field, const std::optional<Accounts>& accounts) {
    if (!accounts || run_.cycles.value_or(0) == 0) return;
    for (const isa::Engine engine : isa::kAllEngines)
      lines_[field.key].push_back({fmt::format("{} waits", isa::engine_name(engine)),
                                   wait_text((*accounts)[isa::index_of(engine)], *run_.cycles)});
  }

  Lines lines() const {
    Lines all;
    for (const SummaryLine& line : kSummary) {
      if (line.title.empty()) {
        const auto group = lines_.find(line.text.substr(1, line.text.size() - 2));
        if (group != lines_.end()) all.insert(all.end(), group->second.begin(), group->second.end());
      } else if (const auto text = filled(line.text, texts_)) {
        all.push_back({std::string(line.title), *text + filled(line.tail, texts_).value_or("")});
      }
    }
    return all;
  }

 private:
  const RunReport& run_;
  Texts texts_;
  std::map<std::string_view, Lines> lines_;  // by the key of the field
};

// A line for each operator and reason, with its nodes: all if they are few, otherwise the first and how many more.
std::string host_reasons(const RunReport& run, std::size_t width) {
  constexpr std::size_t kNamed = 3;
  struct Line {
    std::string operator_name, reason;
    std::vector<std::string> nodes;
  };
  std::vector<Line> lines;  // in the order of their first nodes
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> places;
  for (const NodeReport& node : run.nodes) {
    if (node.where != "host") continue;
    const auto [place, is_new] = places.try_emplace({node.operator_name, node.reason}, lines.size());
    if (is_new) lines.push_back({node.operator_name, node.reason, {}});
    lines[place->second].nodes.push_back(node.name);
  }
  std::string text;
  for (const Line& line : lines) {
    const bool few = line.nodes.size() <= kNamed;
    const std::string nodes = few ? fmt::format("{}", fmt::join(line.nodes, ", "))
                                  : fmt::format("{} and {} more", line.nodes[0], line.nodes.size() - 1);
    text += paragraph("  ",
                      fmt::format("{} ({}): {}", line.operator_name, nodes,
                                  line.reason.empty() ? "not an operator of the chip" : line.reason),
                      width);
  }
  return text;
}

}  // namespace

std::string to_text(const RunReport& run, const TextOptions& options) {
  std::string out = fmt::format("{} on {}, view: {}\n\n", printable(run.network), printable(run.chip), run.view);
  out += node_table(run, options) + "\n";
  const Lines lines = Summary(run).lines();
  std::size_t titles = 0;
  for (const auto& line : lines) titles = std::max(titles, line[0].size());
  for (const auto& line : lines) out += paragraph(fmt::format("  {:<{}} ", line[0], titles), line[1], options.width);
  if (const std::string reasons = host_reasons(run, options.width); !reasons.empty())
    out += "\non the host, because\n" + reasons;
  return out;
}

}  // namespace systole::report
