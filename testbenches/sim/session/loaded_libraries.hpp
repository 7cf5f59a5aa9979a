// SPDX-License-Identifier: Apache-2.0
//
// Which shared libraries this process has loaded.
#pragma once

#include <fstream>
#include <string>

namespace systole::test {

inline bool is_loaded(const std::string& library) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.find("/" + library) != std::string::npos) return true;
  return false;
}

}  // namespace systole::test
