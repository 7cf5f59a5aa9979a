// SPDX-License-Identifier: Apache-2.0
#include "support/work/memory.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>

#include "support/error.hpp"

namespace systole {

namespace {

constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

std::uint64_t minus(std::uint64_t limit, std::uint64_t taken) { return limit > taken ? limit - taken : 0; }

// Of the machine: proc(5), /proc/meminfo, in KiB.
std::uint64_t free_on_machine() {
  std::ifstream file("/proc/meminfo");
  std::uint64_t free = 0;
  bool known = false;
  std::string key;
  for (std::uint64_t value = 0; file >> key >> value; file.ignore(64, '\n')) {
    if (key != "MemAvailable:" && key != "SwapFree:") continue;
    known = true;
    free += value << 10;
  }
  return known ? free : kUnlimited;
}

struct Taken {
  std::uint64_t addresses = 0, resident = 0;  // bytes
};

// By this process: proc(5), /proc/self/statm, in pages.
Taken taken() {
  std::ifstream file("/proc/self/statm");
  Taken pages;
  file >> pages.addresses >> pages.resident;
  const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return {pages.addresses * page_bytes, pages.resident * page_bytes};
}

std::uint64_t address_limit() {
  rlimit limit = {};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kUnlimited;
  return limit.rlim_cur;
}

// Of the control group and those around it (cgroups(7), version 2).
std::uint64_t group_limit() {
  namespace fs = std::filesystem;
  std::ifstream file("/proc/self/cgroup");
  std::uint64_t least = kUnlimited;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("0::/", 0) != 0) continue;
    fs::path group = line.substr(4);
    while (true) {
      std::ifstream limit("/sys/fs/cgroup" / group / "memory.max");
      if (std::uint64_t bytes = 0; limit >> bytes) least = std::min(least, bytes);
      if (group.empty()) break;
      group = group.parent_path();
    }
  }
  return least;
}

}  // namespace

std::uint64_t free_memory_bytes() {
  const Taken own = taken();
  return std::min({free_on_machine(), minus(address_limit(), own.addresses), minus(group_limit(), own.resident)});
}

std::string memory_text(std::uint64_t bytes) {
  constexpr double kGiB = 1 << 30, kMiB = 1 << 20;
  if (bytes >= std::uint64_t{1} << 30) return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / kGiB);
  if (bytes >= std::uint64_t{1} << 20) return fmt::format("{:.0f} MiB", static_cast<double>(bytes) / kMiB);
  return fmt::format("{} bytes", bytes);
}

void check_memory(const std::string& what, std::uint64_t bytes) {
  const std::uint64_t free = free_memory_bytes();
  if (bytes > free)
    throw UserError(fmt::format("{}: needs {} of memory, {} are free", what, memory_text(bytes), memory_text(free)));
}

}  // namespace systole
