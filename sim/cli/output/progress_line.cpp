// SPDX-License-Identifier: Apache-2.0
#include "cli/output/progress_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "report/numbers.hpp"
#include "report/table.hpp"

namespace systole::cli {

namespace {

constexpr std::size_t kWidestName = 30;  // so that the line fits in 80 columns

}  // namespace

std::string progress_text(const session::NetworkProgress& p) {
  using namespace report;
  std::string text =
      fmt::format("{}: {} cycles", p.node.empty() ? "start" : shortened(p.node, kWidestName), grouped(p.cycles));
  if (p.expected_cycles > 0) {
    const double done = std::min(1.0, static_cast<double>(p.cycles) / static_cast<double>(p.expected_cycles));
    text += ", " + share_text(done);
    if (done > 0) text += ", " + duration_text(p.wall_seconds * (1 - done) / done) + " left";
  }
  if (p.wall_seconds > 0)
    text += fmt::format(", {} cycles/s", rate_text(static_cast<double>(p.cycles) / p.wall_seconds));
  return text;
}

void ProgressLine::show(const WorkProgress& progress) {
  if (std::string_view(progress.stage) != stage_) {
    stage_ = progress.stage;
    stage_begin_ = std::chrono::steady_clock::now();
  }
  show([&] {
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - stage_begin_;
    return fmt::format("{}: {}, {} of {}, {}", progress.stage,
                       report::shortened(std::string(progress.item), kWidestName), report::grouped(progress.number),
                       report::grouped(progress.count), report::duration_text(time.count()));
  });
}

void ProgressLine::show(const std::function<std::string()>& text) {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < every_) return;
  last_ = now;
  if (is_terminal_)
    show(text());
  else
    stream_ << text() << std::endl;
}

void ProgressLine::show(const std::string& text) {
  if (!is_terminal_) return show([&text] { return text; });
  stream_ << '\r' << text << std::string(width_ > text.size() ? width_ - text.size() : 0, ' ') << std::flush;
  width_ = text.size();
}

void ProgressLine::clear() {
  if (width_ == 0) return;
  stream_ << '\r' << std::string(width_, ' ') << '\r' << std::flush;
  width_ = 0;
}

}  // namespace systole::cli
