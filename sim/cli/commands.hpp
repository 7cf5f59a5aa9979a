// SPDX-License-Identifier: Apache-2.0
//
// The command line `systole`, as a function, so that tests can call it.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

namespace systole::cli {

struct Streams {
  std::ostream& out;       // results
  std::ostream& error;     // messages, progress
  bool progress = false;   // `error` is a terminal: a progress line may be drawn on it
  bool color = false;      // `out` is a terminal that shows colors
  std::size_t width = 80;  // columns of a terminal behind `out`
};

// Exit codes: 0 well, 1 the design differs from its reference or hangs, 2 the user's input, 3 a bug
// in Systole, 130 interrupted by SIGINT, 143 by SIGTERM. `arguments` are those after the program's name. Throws nothing.
int run(const std::vector<std::string>& arguments, const Streams& streams);

}  // namespace systole::cli
