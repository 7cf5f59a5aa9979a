// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>

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

// https://no-color.org: a NO_COLOR that is not empty means no colors.
void use_terminal(systole::cli::Streams& streams) {
  constexpr std::size_t kNarrowest = 40;
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  streams.color = (no_color == nullptr || *no_color == '\0') && terminal != nullptr && terminal != std::string("dumb");
  winsize size = {};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= kNarrowest) streams.width = size.ws_col;
}

}  // namespace

int main(int argc, char* argv[]) {
  keep_freed_memory();
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  systole::cli::Streams streams{std::cout, std::cerr, ::isatty(STDERR_FILENO) != 0};
  if (::isatty(STDOUT_FILENO) != 0) use_terminal(streams);
  const int code = systole::cli::run(arguments, streams);
  std::cout.flush();
  if (!std::cout) {
    std::cerr << "systole: standard output cannot be written\n";
    return code == 0 ? 2 : code;
  }
  return code;
}
