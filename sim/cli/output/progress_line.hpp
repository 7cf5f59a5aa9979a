// SPDX-License-Identifier: Apache-2.0
//
// How far a command is: on a terminal one line that is drawn over itself, ten times a second at most; elsewhere a line
// every half minute, as a sign of life in a log.
#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>

#include "session/network_run.hpp"
#include "support/work/work_progress.hpp"

namespace systole::cli {

class ProgressLine {
 public:
  ProgressLine(std::ostream& stream, bool is_terminal,
               std::chrono::milliseconds elsewhere = std::chrono::milliseconds(30'000))
      : stream_(stream), is_terminal_(is_terminal), every_(is_terminal ? kOnTerminal : elsewhere) {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const std::function<std::string()>& text);  // if it is time
  void show(const WorkProgress& progress);              // the same: "compile: conv2, 12 of 57, 8.0 s"
  void show(const std::string& text);                   // at once on a terminal, elsewhere if it is time
  void clear();

 private:
  static constexpr std::chrono::milliseconds kOnTerminal{100};

  std::ostream& stream_;
  bool is_terminal_;
  std::chrono::milliseconds every_;
  std::size_t width_ = 0;  // of what stands on the line
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now(), stage_begin_ = last_;
  const char* stage_ = "";  // that is at work since `stage_begin_`
};

// "conv2: 1,234,567 cycles, 45.2 %, 12 s left, 1.02 M cycles/s"
std::string progress_text(const session::NetworkProgress& progress);

}  // namespace systole::cli
