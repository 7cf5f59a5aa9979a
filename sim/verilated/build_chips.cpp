// SPDX-License-Identifier: Apache-2.0
//
// systole_build_chips DIRECTORY CHIP...: builds the libraries of chips ahead of their first use
// (target `chips`).
#include <iostream>

#include "chip/shipped_chips.hpp"
#include "support/error.hpp"
#include "verilated/rtl_library.hpp"

int main(int argc, char* argv[]) {
  using namespace systole;
  if (argc < 3) {
    std::cerr << "usage: systole_build_chips DIRECTORY CHIP...\n";
    return 2;
  }
  try {
    for (int i = 2; i < argc; ++i) {
      platform::RtlBuild build;
      build.parameters = open_chip(argv[i]).rtl_parameters();
      const std::string name = argv[i];
      platform::build_library(build, argv[1],
                              [&](const std::string& line) { std::cout << name << ": " << line << std::endl; });
    }
    platform::write_prebuilt_version(argv[1]);
    return 0;
  } catch (const UserError& error) {
    std::cerr << "systole_build_chips: " << error.what() << "\n";
    return 2;
  }
}
