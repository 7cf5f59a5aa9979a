// SPDX-License-Identifier: Apache-2.0
//
// Is memory refused that a limit does not leave, and allowed up to there?
#include "support/work/memory.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "catch.hpp"
#include "support/error.hpp"

using namespace systole;
using Catch::Matchers::Contains;

namespace {

// `ulimit -v`, until the end of the scope.
class AddressLimit {
 public:
  explicit AddressLimit(std::uint64_t bytes) {
    ::getrlimit(RLIMIT_AS, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    REQUIRE(::setrlimit(RLIMIT_AS, &limit) == 0);
  }
  ~AddressLimit() { ::setrlimit(RLIMIT_AS, &before_); }
  AddressLimit(const AddressLimit&) = delete;
  AddressLimit& operator=(const AddressLimit&) = delete;

 private:
  rlimit before_ = {};
};

std::uint64_t own_addresses() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

TEST_CASE("what is free is less than all and more than nothing") {
  CHECK(free_memory_bytes() > std::uint64_t{1} << 20);
  CHECK(free_memory_bytes() < std::uint64_t{1} << 50);
}

TEST_CASE("a limit on the address space leaves what is below it, to within a mebibyte") {
  constexpr std::uint64_t kMiB = 1 << 20, kLeft = 256 * kMiB;
  const AddressLimit limit(own_addresses() + kLeft);
  CHECK(free_memory_bytes() <= kLeft + kMiB);
  CHECK(free_memory_bytes() >= kLeft - kMiB);
  CHECK_NOTHROW(check_memory("x", kLeft - 2 * kMiB));
  CHECK_THROWS_WITH(check_memory("the image", std::uint64_t{3} << 30),
                    Contains("the image: needs 3.0 GiB of memory, 25") && Contains(" MiB are free"));
  CHECK_THROWS_AS(check_memory("x", kLeft + 2 * kMiB), UserError);
}

TEST_CASE("sizes have the unit that fits") {
  CHECK(memory_text(17) == "17 bytes");
  CHECK(memory_text(350 << 20) == "350 MiB");
  CHECK(memory_text(std::uint64_t{12697} << 20) == "12.4 GiB");
}
