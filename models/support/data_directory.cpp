// SPDX-License-Identifier: Apache-2.0
#include "support/data_directory.hpp"

#include <system_error>

#include "support/error.hpp"

namespace systole {

namespace fs = std::filesystem;

fs::path data_directory(std::string_view part, const fs::path& executable) {
  invariant(part == "chips" || part == "rtl", "a part of the tool's data is \"chips\" or \"rtl\"");
  const fs::path installed = executable.parent_path().parent_path() / "share/systole" / part;
  std::error_code none;
  if (fs::is_directory(installed, none)) return installed;
  const fs::path source = SYSTOLE_SOURCE_DIR;
  return part == "chips" ? source / "sim" / part : source / part;
}

fs::path data_directory(std::string_view part) {
  std::error_code none;  // without /proc, as without an installation: the source tree
  return data_directory(part, fs::read_symlink("/proc/self/exe", none));
}

}  // namespace systole
