// SPDX-License-Identifier: Apache-2.0
#include "support/data_directory.hpp"

#include <algorithm>
#include <iterator>
#include <system_error>

#include "support/error.hpp"

namespace systole {

namespace fs = std::filesystem;

namespace {

// Where each part is for a tool that is not installed.
struct Part {
  std::string_view name;
  const char* directory;
};
constexpr Part kParts[] = {
    {"chips", SYSTOLE_SOURCE_DIR "/sim/chips"},   {"rtl", SYSTOLE_SOURCE_DIR "/rtl"},
    {"export", SYSTOLE_SOURCE_DIR "/sim/export"}, {"wrapper", SYSTOLE_SOURCE_DIR},
    {"prebuilt", SYSTOLE_PREBUILT_DIR},
};

}  // namespace

fs::path data_directory(std::string_view part, const fs::path& executable) {
  const auto known =
      std::find_if(std::begin(kParts), std::end(kParts), [part](const Part& p) { return p.name == part; });
  invariant(known != std::end(kParts), "the part is one that the tool's data has");
  const fs::path share = executable.parent_path().parent_path() / "share/systole";
  std::error_code none;
  return fs::is_directory(share, none) ? share / part : fs::path(known->directory);
}

fs::path data_directory(std::string_view part) {
  std::error_code none;  // without /proc, as without an installation: the source tree
  return data_directory(part, fs::read_symlink("/proc/self/exe", none));
}

}  // namespace systole
