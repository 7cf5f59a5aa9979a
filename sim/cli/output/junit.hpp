// SPDX-License-Identifier: Apache-2.0
//
// Results as JUnit XML, which build servers read.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace systole::cli {

struct JunitCase {
  std::string classname, name;
  std::optional<double> seconds;
  std::optional<std::string> failure, skipped;  // the reason
  std::string output;                           // more about it, as the command that repeats it
};

struct JunitSuite {
  std::string name;
  std::optional<double> seconds;
  std::vector<std::pair<std::string, std::string>> properties;  // name and value: what the results depend on
  std::vector<JunitCase> cases;
};

// The suite names how many tests it has and how many failed, and how many were skipped where that is possible.
enum class JunitSkips { kNever, kPossible };
std::string to_junit(const JunitSuite& suite, JunitSkips skips);

}  // namespace systole::cli
