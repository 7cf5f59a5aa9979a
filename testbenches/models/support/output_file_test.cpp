// SPDX-License-Identifier: Apache-2.0
//
// Is a place that cannot be written known before the work, is the old file whole until the new one is, and is nobody
// else's file written through?
#include "support/output_file.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>
#include <utility>

#include "catch.hpp"
#include "support/error.hpp"
#include "support/file.hpp"

namespace systole {
namespace {

namespace fs = std::filesystem;

struct OutputFolder {
  fs::path path = fs::temp_directory_path() / ("systole_output_file_test_" + std::to_string(::getpid()));
  OutputFolder() { fs::create_directories(path); }
  ~OutputFolder() { fs::remove_all(path); }
  std::size_t entries() const { return static_cast<std::size_t>(std::distance(fs::directory_iterator(path), {})); }
};

}  // namespace

TEST_CASE("the file of before is there until the new one is written") {
  const OutputFolder folder;
  write_whole_file(folder.path / "a", "old");
  OutputFile file(folder.path / "a");
  CHECK(read_whole_file(folder.path / "a", 100) == "old");
  file.write("new");
  CHECK(read_whole_file(folder.path / "a", 100) == "new");
  CHECK(folder.entries() == 1);
}

TEST_CASE("what was opened and never written leaves nothing behind, nor does what was moved") {
  const OutputFolder folder;
  {
    OutputFile file(folder.path / "a");
    CHECK(folder.entries() == 1);
    OutputFile other = std::move(file);
    CHECK(other);
    CHECK(!file);  // NOLINT: what a moved file is, is asked here
  }
  CHECK(folder.entries() == 0);
}

TEST_CASE("an option that was not given writes nothing") {
  OutputFile none("");
  CHECK(!none);
  none.write("text");
}

TEST_CASE("a folder and a missing folder are known at once") {
  const OutputFolder folder;
  CHECK_THROWS_WITH(OutputFile(folder.path), Contains("it is a folder"));
  CHECK_THROWS_WITH(OutputFile(folder.path / "no" / "such"), Contains("cannot be written: No such file or directory"));
  CHECK_THROWS_WITH(OutputFile("/proc/systole"), Contains("/proc/systole: cannot be written"));
}

TEST_CASE("two files of one name in one process do not meet") {
  const OutputFolder folder;
  OutputFile a(folder.path / "a"), b(folder.path / "a");
  a.write("first");
  b.write("second");
  CHECK(read_whole_file(folder.path / "a", 100) == "second");
  CHECK(folder.entries() == 1);
}

TEST_CASE("a disk that is full in the middle costs the new file, not the old one") {
  const OutputFolder folder;
  write_whole_file(folder.path / "a", "old");
  rlimit before;
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  rlimit small = before;
  small.rlim_cur = 64;
  ::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  {
    OutputFile file(folder.path / "a");
    CHECK_THROWS_AS(file.write(std::string(1000, 'x')), UserError);
  }
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK(read_whole_file(folder.path / "a", 100) == "old");
  CHECK(folder.entries() == 1);
}

}  // namespace systole
