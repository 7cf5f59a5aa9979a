// SPDX-License-Identifier: Apache-2.0
//
// One line on a terminal that is drawn over itself, ten times a second at most.
#pragma once

#include <chrono>
#include <iosfwd>
#include <string>

#include "session/network_run.hpp"

namespace systole::cli {

class ProgressLine {
 public:
  // Draws nothing if not `enabled`.
  ProgressLine(std::ostream& stream, bool enabled) : stream_(stream), enabled_(enabled) {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  bool enabled() const { return enabled_; }
  void show(const session::NetworkProgress& progress);
  void show(const std::string& text);  // at once
  void clear();

 private:
  std::ostream& stream_;
  bool enabled_;
  std::size_t width_ = 0;  // of what stands on the line
  std::chrono::steady_clock::time_point last_;
};

// "conv2: 1,234,567 cycles, 45.2 %, 12 s left, 1.02 M cycles/s"
std::string progress_text(const session::NetworkProgress& progress);

}  // namespace systole::cli
