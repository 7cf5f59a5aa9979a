// SPDX-License-Identifier: Apache-2.0
//
// Shrinks a failing program to few instructions, loops and flags with which it still fails in the same way.
//
// Instructions are removed by halves, quarters, down to one. Then every loop is tried with one iteration, then without
// each stride, padding and option, then with an ideal memory. Each trial gets new semaphores (with_instructions), so it
// stays free of races, and counts only if the first word of the difference, its kind, stays the same. (The method is
// the delta debugging of Zeller and Hildebrandt, TSE 2002, in its simple form.)
#pragma once

#include <functional>
#include <string>

#include "fuzz/fuzz_case.hpp"

namespace systole::fuzz {

// The difference that a case shows, in words; empty if none.
using Difference = std::function<std::string(const FuzzCase&)>;

struct Shrunk {
  FuzzCase fuzz_case;
  std::string difference;
  int tries = 0;
};
// `failing` shows a difference. At most max_tries comparisons.
Shrunk shrink(const FuzzCase& failing, const Difference& difference, int max_tries = 2000);

}  // namespace systole::fuzz
