// SPDX-License-Identifier: Apache-2.0
//
// When to give up a program that does not end: the same two numbers for RTL and cycle model.
#pragma once

#include <cstdint>

namespace systole {

struct RunLimits {
  std::uint64_t max_cycles = UINT64_MAX;  // of the whole program, from the doorbell
  std::uint64_t hang_cycles = 1'000'000;  // without a retired instruction: it hangs
};

}  // namespace systole
