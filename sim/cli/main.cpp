// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <iostream>

#include "cli/commands.hpp"

int main(int argc, char* argv[]) {
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  const int code =
      systole::cli::run(arguments, {std::cout, std::cerr, ::isatty(STDERR_FILENO) != 0});
  std::cout.flush();
  if (!std::cout) {
    std::cerr << "systole: standard output cannot be written\n";
    return code == 0 ? 2 : code;
  }
  return code;
}
