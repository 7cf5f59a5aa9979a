// SPDX-License-Identifier: Apache-2.0
//
// Formulas of docs/reference/timing.md that more than one part of the project needs.
#pragma once

#include <algorithm>
#include <cstdint>

#include "chip/chip.hpp"

namespace systole {

// How long the matrix engine takes for a pass, one weight tile against a number of activation words ("Matrix engine").
class PassTiming {
 public:
  explicit PassTiming(const Chip& chip) : shortest_cycles_(std::max(chip.array_rows, chip.acc_latency + 1)) {}

  // A pass cannot be shorter: the next tile's weights enter the array meanwhile, and an accumulator that is read must
  // have been written.
  std::uint32_t shortest_cycles() const { return shortest_cycles_; }

  // max(words, Rows, AccLatency + 1), one more with per-column zero points. A whole number of words, or an estimate.
  template <typename Number>
  Number cycles(Number words, bool per_column_zero_point) const {
    return std::max(words, static_cast<Number>(shortest_cycles_)) + static_cast<Number>(per_column_zero_point ? 1 : 0);
  }

 private:
  std::uint32_t shortest_cycles_;
};

}  // namespace systole
