// SPDX-License-Identifier: Apache-2.0
//
// The sixteen semaphores as the instruction set page describes them, a cycle at a time. The benches of semaphore_unit
// and command_processor share it.
#pragma once

#include <array>
#include <cstdint>

#include "isa/engines.hpp"

namespace systole::bench {

class SemaphoreModel {
 public:
  static constexpr int kSemaphores = 16;
  static constexpr int kMax = 255;
  static constexpr int kEngines = isa::kEngines;

  struct Input {
    std::array<bool, kEngines> request{};
    std::array<uint16_t, kEngines> wait_mask{};
    std::array<bool, kEngines> post{};
    std::array<uint16_t, kEngines> post_mask{};
    bool clear = false;
  };
  struct Output {
    std::array<bool, kEngines> start{}, overflow{};
  };

  /// What happens in this cycle. Engines in the order load, matrix, store take what they wait for,
  /// all at once or nothing; then the posts of this cycle are added, for the next one.
  Output step(const Input& in) {
    Output out;
    for (int engine = 0; engine < kEngines; ++engine) {
      out.start[engine] = in.request[engine] && has(in.wait_mask[engine]);
      if (out.start[engine]) add(in.wait_mask[engine], -1);
    }
    for (int engine = 0; engine < kEngines; ++engine) {
      if (in.post[engine]) add(in.post_mask[engine], +1);
    }
    for (int i = 0; i < kSemaphores; ++i) {
      if (count_[i] <= kMax) continue;
      for (int engine = 0; engine < kEngines; ++engine) {
        if (in.post[engine] && (in.post_mask[engine] >> i & 1)) out.overflow[engine] = true;
      }
    }
    if (in.clear) count_.fill(0);
    return out;
  }

  int count(int semaphore) const { return count_[semaphore]; }

 private:
  bool has(uint16_t mask) const {
    for (int i = 0; i < kSemaphores; ++i) {
      if ((mask >> i & 1) && count_[i] == 0) return false;
    }
    return true;
  }
  void add(uint16_t mask, int amount) {
    for (int i = 0; i < kSemaphores; ++i) {
      if (mask >> i & 1) count_[i] += amount;
    }
  }

  std::array<int, kSemaphores> count_{};
};

}  // namespace systole::bench
