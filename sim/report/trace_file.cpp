// SPDX-License-Identifier: Apache-2.0
#include "report/trace_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "report/table.hpp"
#include "support/error.hpp"
#include "support/file.hpp"
#include "support/printable.hpp"

namespace systole::report {

namespace {

constexpr std::string_view kHeader = "step,engine,instruction,node,start_cycle,retire_cycle";
constexpr std::size_t kColumns = 6;
constexpr std::uint64_t kMaxTraceBytes = 4ull << 30;

class Reader {
 public:
  Reader(const std::filesystem::path& file) : name_(file.string()), text_(read_whole_file(file, kMaxTraceBytes)) {}

  std::vector<TraceLine> read() {
    if (next_record() !=
        std::vector<std::string>{"step", "engine", "instruction", "node", "start_cycle", "retire_cycle"})
      fail(fmt::format("the first line must be {}", kHeader));
    std::vector<TraceLine> trace;
    while (at_ < text_.size()) {
      trace.push_back(line(next_record()));
      if (trace.size() < 2) continue;
      const TraceLine& before = trace[trace.size() - 2];
      const TraceLine& now = trace.back();
      if (now.step < before.step || (now.step == before.step && now.retired.retire_cycle < before.retired.retire_cycle))
        fail("retires before the line above: lines are in the order of retirement");
    }
    return trace;
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw UserError(fmt::format("{}: line {}: {}", name_, line_, printable(why)));
  }

  std::vector<std::string> next_record() {
    line_ = next_line_;
    std::vector<std::string> fields(1);
    bool in_quotes = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') ++next_line_;
      if (in_quotes) {
        if (c != '"') {
          fields.back() += c;
        } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
          fields.back() += text_[++at_];
        } else {
          in_quotes = false;
        }
      } else if (c == '"' && fields.back().empty()) {
        in_quotes = true;
      } else if (c == ',') {
        if (fields.size() == kColumns) fail(fmt::format("more than {} columns", kColumns));
        fields.emplace_back();
      } else if (c == '\n') {
        ++at_;
        return fields;
      } else if (c != '\r' || (at_ + 1 < text_.size() && text_[at_ + 1] != '\n')) {
        fields.back() += c;
      }
    }
    if (in_quotes) fail("a quote is not closed");
    if (!text_.empty()) fail("the file ends inside of this line");
    return fields;
  }

  std::uint64_t number(const std::string& text, const char* column, std::uint64_t most) const {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value > most)
      fail(fmt::format("{} is \"{}\", allowed: 0 to {}", column, text.substr(0, 40), most));
    return value;
  }

  TraceLine line(const std::vector<std::string>& fields) const {
    if (fields.size() != kColumns) fail(fmt::format("{} columns, {} are needed: {}", fields.size(), kColumns, kHeader));
    TraceLine out;
    out.step = number(fields[0], "step", UINT32_MAX);
    const auto engine = std::find(isa::kEngineNames.begin(), isa::kEngineNames.end(), fields[1]);
    if (engine == isa::kEngineNames.end())
      fail(fmt::format("engine is \"{}\", allowed: {}", fields[1].substr(0, 40), fmt::join(isa::kEngineNames, ", ")));
    out.retired.engine = static_cast<isa::Engine>(engine - isa::kEngineNames.begin());
    out.retired.index = static_cast<std::uint32_t>(number(fields[2], "instruction", UINT32_MAX));
    out.node = fields[3];
    out.retired.start_cycle = number(fields[4], "start_cycle", UINT64_MAX);
    out.retired.retire_cycle = number(fields[5], "retire_cycle", UINT64_MAX);
    if (out.retired.retire_cycle < out.retired.start_cycle)
      fail(fmt::format("retire_cycle is {}, allowed: start_cycle, {}, or later", fields[5], fields[4]));
    return out;
  }

  const std::string name_, text_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1, next_line_ = 1;
};

std::string text(const TraceLine& line) {
  return fmt::format("step {}, {} instruction {} from cycle {} to {}", line.step, isa::engine_name(line.retired.engine),
                     line.retired.index, line.retired.start_cycle, line.retired.retire_cycle);
}

}  // namespace

std::string to_csv(const std::vector<TraceLine>& trace) {
  std::string out = fmt::format("{}\n", kHeader);
  for (const TraceLine& line : trace) {
    const Retired& r = line.retired;
    out += fmt::format("{},{},{},{},{},{}\n", line.step, isa::engine_name(r.engine), r.index, csv_field(line.node),
                       r.start_cycle, r.retire_cycle);
  }
  return out;
}

std::vector<TraceLine> read_trace(const std::filesystem::path& file) { return Reader(file).read(); }

std::string first_difference(const std::vector<TraceLine>& a, const std::vector<TraceLine>& b) {
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    if (i < a.size() && i < b.size() && a[i].step == b[i].step && a[i].retired == b[i].retired) continue;
    return fmt::format("line {}: {}; {}", i + 2, i < a.size() ? text(a[i]) : "nothing",
                       i < b.size() ? text(b[i]) : "nothing");
  }
  return {};
}

}  // namespace systole::report
