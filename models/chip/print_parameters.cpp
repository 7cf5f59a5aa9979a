// SPDX-License-Identifier: Apache-2.0
//
// systole_chip_parameters CHIP: the parameters of the RTL top module, a line each: "ArrayRows 4". For scripts that run other
// tools on the RTL (scripts/lint_rtl.sh).
#include <iostream>

#include "chip/shipped_chips.hpp"
#include "support/error.hpp"

int main(int argc, char* argv[]) {
  if (argc != 2) {
    std::cerr << "usage: systole_chip_parameters CHIP\n";
    return 2;
  }
  try {
    for (const auto& [name, value] : systole::open_chip(argv[1]).rtl_parameters())
      std::cout << name << ' ' << value << '\n';
    return 0;
  } catch (const systole::UserError& error) {
    std::cerr << "systole_chip_parameters: " << error.what() << "\n";
    return 2;
  }
}
