// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>
#include <unistd.h>

#include <iostream>

#include "cli/commands.hpp"

namespace {

// Tensors of megabytes are allocated and freed all the time. By default glibc returns each to the system and gets new
// pages for the next one, which takes a third of the time of quantizing a float network. Blocks up to this size stay
// with the process.
void keep_freed_memory() {
#ifdef __GLIBC__
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most that glibc allows
  ::mallopt(M_TRIM_THRESHOLD, 512 << 20);
#endif
}

}  // namespace

int main(int argc, char* argv[]) {
  keep_freed_memory();
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  const int code = systole::cli::run(arguments, {std::cout, std::cerr, ::isatty(STDERR_FILENO) != 0});
  std::cout.flush();
  if (!std::cout) {
    std::cerr << "systole: standard output cannot be written\n";
    return code == 0 ? 2 : code;
  }
  return code;
}
