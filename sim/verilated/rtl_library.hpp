// SPDX-License-Identifier: Apache-2.0
//
// Shared libraries of Verilated chips, built when they are needed.
//
// The name of a library is a hash (128 bits of a SHA-1) of everything that it is built from. These are the RTL
// parameters, every file under rtl/, the wrapper verilated_chip.cpp with the headers it includes, the version of
// Verilator and the build options. The library is searched in data_directory("prebuilt"), which is <build>/chips for a
// tool in a build folder (target `chips`), then in the cache. If it is in neither, it is built into the cache:
// Verilator, the C++ compiler and a link in a separate directory, then one rename. Any number of processes may need the
// same chip at once: one builds it, the others wait.
//
// Environment: SYSTOLE_RTL is the directory of the RTL (default: data_directory("rtl")); SYSTOLE_CACHE is the cache
// (default: $XDG_CACHE_HOME/systole, else ~/.cache/systole).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "verilated/chip_pins.hpp"

namespace systole::platform {

struct RtlBuild {
  std::vector<std::pair<std::string, std::uint64_t>> parameters;  // Chip::rtl_parameters()
  bool waves = false;                                             // VerilatedChip::open_wave works; slower
  bool assertions = false;  // the RTL's assertions are checked, a failure is a DesignError; slower
};

// Receives one line of text, without newline, whenever the build enters another phase, and as a sign of life during long
// ones.
using BuildProgress = std::function<void(const std::string&)>;
constexpr std::chrono::milliseconds kSignOfLife{30'000};

// Records in a folder of libraries which Verilator made them, so that they are found where there is none. UserError if
// it cannot be written.
void write_prebuilt_version(const std::filesystem::path& directory);

class RtlLibrary {
 public:
  // Finds or builds the library. Errors: UserError when Verilator or the RTL is missing, the cache
  // cannot be written, or the build fails (with the first error line and the name of the log).
  explicit RtlLibrary(const RtlBuild& build, const BuildProgress& progress = {});

  // A chip in reset with random registers and memories (`seed`; 0: all zero). The chip keeps the
  // library loaded.
  std::shared_ptr<VerilatedChip> create(std::uint32_t seed) const;

  const std::filesystem::path& file() const { return file_; }

 private:
  std::filesystem::path file_;
};

// The parts of the above, for the `chips` target, `systole export` and tests.
std::filesystem::path rtl_directory();
std::filesystem::path cache_directory();
std::string library_key(const RtlBuild& build);  // 32 hexadecimal digits
// Builds `directory`/systole_chip-<key>.so if it is not there, and returns its path.
std::filesystem::path build_library(const RtlBuild& build, const std::filesystem::path& directory,
                                    const BuildProgress& progress = {},
                                    std::chrono::milliseconds sign_of_life = kSignOfLife);

}  // namespace systole::platform
