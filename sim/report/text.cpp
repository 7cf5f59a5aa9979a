// SPDX-License-Identifier: Apache-2.0
#include "report/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "report/fields.hpp"
#include "report/table.hpp"

namespace systole::report {

namespace {

// A line of the table of nodes: texts to the left, numbers to the right.
struct Columns {
  std::vector<std::string> texts, numbers;
  std::vector<std::string> all() const {
    std::vector<std::string> columns = texts;
    columns.insert(columns.end(), numbers.begin(), numbers.end());
    return columns;
  }
};

Columns headings() {
  Columns columns;
  visit_fields(NodeReport{}, [&columns](const Field& field, const auto& value) {
    constexpr bool kText = std::is_same_v<decltype(value), const std::string&>;
    if (!field.heading.empty()) (kText ? columns.texts : columns.numbers).emplace_back(field.heading);
  });
  return columns;
}

void add(Columns& columns, Format format, const std::string& text) {
  if (format != Format::kInParentheses)
    columns.texts.push_back(format == Format::kOrDash && text.empty() ? "-" : text);
  else if (!text.empty())
    columns.texts.back() += " (in " + text + ")";
}
template <class T>
void add(Columns& columns, Format format, const T& number) {
  columns.numbers.push_back(number == T{} ? "-" : formatted(format, number));
}
template <class T>
void add(Columns& columns, Format format, const std::optional<T>& number) {
  add(columns, format, number.value_or(T{}));
}

std::string node_table(const RunReport& run) {
  const Columns names = headings();
  std::vector<std::vector<std::string>> rows = {names.all()};
  for (const NodeReport& node : run.nodes) {
    Columns columns;
    visit_fields(node, [&columns](const Field& field, const auto& value) {
      if (field.text != Format::kNone) add(columns, field.text, value);
    });
    rows.push_back(columns.all());
  }
  return table(rows, names.texts.size());
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
    if (counters) texts_.emplace(field.key, busy_text(*counters));
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
std::string host_reasons(const RunReport& run) {
  constexpr std::size_t kNamed = 3;
  struct Line {
    std::string operator_name, reason;
    std::vector<std::string> nodes;
  };
  std::vector<Line> lines;  // in the order of their first nodes
  for (const NodeReport& node : run.nodes) {
    if (node.where != "host") continue;
    const auto same = [&](const Line& line) {
      return line.operator_name == node.operator_name && line.reason == node.reason;
    };
    auto line = std::find_if(lines.begin(), lines.end(), same);
    if (line == lines.end()) line = lines.insert(lines.end(), {node.operator_name, node.reason, {}});
    line->nodes.push_back(node.name);
  }
  std::string text;
  for (const Line& line : lines) {
    const bool few = line.nodes.size() <= kNamed;
    text += fmt::format("  {} ({}): {}\n", line.operator_name,
                        few ? fmt::format("{}", fmt::join(line.nodes, ", "))
                            : fmt::format("{} and {} more", line.nodes[0], line.nodes.size() - 1),
                        line.reason.empty() ? "not an operator of the chip" : line.reason);
  }
  return text;
}

}  // namespace

std::string to_text(const RunReport& run) {
  std::string out = fmt::format("{} on {}, view: {}\n\n", run.network, run.chip, run.view);
  out += node_table(run) + "\n" + table(Summary(run).lines(), 2);
  if (const std::string reasons = host_reasons(run); !reasons.empty()) out += "\non the host, because\n" + reasons;
  return out;
}

}  // namespace systole::report
