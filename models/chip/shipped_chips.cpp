// SPDX-License-Identifier: Apache-2.0
#include "chip/shipped_chips.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "support/data_directory.hpp"
#include "support/error.hpp"
#include "support/similar.hpp"

namespace systole {

namespace fs = std::filesystem;

std::vector<std::string> shipped_chips() {
  const fs::path chips = data_directory("chips");
  std::vector<std::string> names;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(chips, missing))
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
  if (names.empty()) throw UserError(chips.string() + ": holds no chip files; was the source tree moved?");
  std::sort(names.begin(), names.end());
  return names;
}

Chip open_chip(const std::string& name_or_path, const ChipChanges& changes) {
  const std::vector<std::string> names = shipped_chips();
  if (std::find(names.begin(), names.end(), name_or_path) != names.end())
    return load_chip(data_directory("chips") / (name_or_path + ".toml"), changes);
  if (!fs::exists(name_or_path))
    throw UserError(fmt::format("chip \"{}\" is neither a file nor a shipped chip ({}){}", name_or_path,
                                fmt::join(names, ", "), did_you_mean(name_or_path, names)));
  return load_chip(name_or_path, changes);
}

}  // namespace systole
