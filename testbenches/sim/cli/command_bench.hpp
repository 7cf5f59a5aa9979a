// SPDX-License-Identifier: Apache-2.0
//
// Calls the command line as a function, and what the tests of all commands ask of it.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "cli/commands.hpp"

namespace systole::test {

inline const std::string kDigits = std::string(SYSTOLE_SOURCE_DIR) + "/sim/networks/digits/digits_single.onnx";

struct CommandResult {
  int code;
  std::string out, error;
};

inline CommandResult systole_command(const std::vector<std::string>& arguments) {
  std::ostringstream out, error;
  const int code = cli::run(arguments, {out, error, false});
  return {code, out.str(), error.str()};
}

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// A folder of its own for the life of the object.
struct Scratch {
  static inline int count = 0;
  std::filesystem::path path = std::filesystem::temp_directory_path() /
                               ("systole-cli-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
  Scratch() {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~Scratch() { std::filesystem::remove_all(path); }
  std::string operator/(const std::string& name) const { return (path / name).string(); }
  // Writes a file, and returns where it is.
  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(path / name, std::ios::binary) << text;
    return *this / name;
  }
};

// Exit code 2 and one line that has all `parts`.
inline void check_user_error(const std::vector<std::string>& arguments, const std::vector<std::string>& parts) {
  const CommandResult r = systole_command(arguments);
  CAPTURE(arguments, r.error);
  CHECK(r.code == 2);
  CHECK(r.out.empty());
  CHECK(std::count(r.error.begin(), r.error.end(), '\n') == 1);
  CHECK(r.error.compare(0, 9, "systole: ") == 0);
  for (const std::string& part : parts) CHECK(has(r.error, part));
}

}  // namespace systole::test
