// SPDX-License-Identifier: Apache-2.0
//
// Where the tool's data is: the shipped chip files, the RTL, the C++ that is built with it, and libraries of chips
// built ahead.
//
//   <prefix>/bin/systole                      an installed tool finds its data beside itself,
//   <prefix>/share/systole/<part>             wherever the prefix was moved to;
//   <source>/..                               a tool in a build folder takes the source tree that it was built from.
//
// A prefix with a share/systole is a complete installation: a part that it lacks is not taken from the source tree
// instead, which may be another version.
//
// Parts: "chips", chip files; "rtl", the SystemVerilog; "export", the
// testbench of an export; "wrapper", the C++ that is compiled with Verilator's output,
// below it as in the source tree (sim/verilated/.., models/support/..); "prebuilt", libraries of chips.
#pragma once

#include <filesystem>
#include <string_view>

namespace systole {

// The folder of a part. It need not exist: a reader that finds nothing there says so, with the path.
std::filesystem::path data_directory(std::string_view part);

// The same for the executable of this path.
std::filesystem::path data_directory(std::string_view part, const std::filesystem::path& executable);

}  // namespace systole
