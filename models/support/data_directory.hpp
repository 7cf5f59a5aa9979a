// SPDX-License-Identifier: Apache-2.0
//
// Where the data that belongs to the tool is: the shipped chip files and the RTL sources.
//
//   <prefix>/bin/systole                      an installed tool finds its data beside itself,
//   <prefix>/share/systole/{chips,rtl}        wherever the prefix was moved to;
//   <source>/{sim/chips,rtl}                  a tool in a build folder takes the source tree that it was built from.
#pragma once

#include <filesystem>
#include <string_view>

namespace systole {

// The folder of a part, "chips" or "rtl". It need not exist: a reader that finds nothing there says so, with the path.
std::filesystem::path data_directory(std::string_view part);

// The same for the executable of this path.
std::filesystem::path data_directory(std::string_view part, const std::filesystem::path& executable);

}  // namespace systole
