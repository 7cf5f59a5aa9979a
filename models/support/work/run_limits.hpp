// SPDX-License-Identifier: Apache-2.0
//
// After how many cycles a program that does not end is stopped: the same two limits for RTL and cycle model.
#pragma once

#include <cstdint>

namespace systole {

struct RunLimits {
  std::uint64_t max_cycles = UINT64_MAX;  // of the whole program, from the doorbell
  std::uint64_t hang_cycles = 1'000'000;  // without a retirement: the program hangs
};

}  // namespace systole
