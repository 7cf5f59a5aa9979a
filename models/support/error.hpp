// SPDX-License-Identifier: Apache-2.0
//
// The three kinds of error, each with its exit code. They are caught once, in sim/cli/commands.cpp.
#pragma once

#include <stdexcept>
#include <string>

namespace systole {

// The user's input is wrong: one line that names file, key or node, value and the allowed range. Exit code 2.
class UserError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The design differs from its reference, or hangs: a reported result. Exit code 1.
class DesignError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// An invariant of Systole itself is broken. Exit code 3.
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// Always on, in release builds too: `invariant(x > 0, "a burst has at least one beat")`.
inline void invariant(bool holds, const char* name) {
  if (!holds) throw InternalError(std::string("invariant broken: ") + name);
}

}  // namespace systole
