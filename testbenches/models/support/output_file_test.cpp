// SPDX-License-Identifier: Apache-2.0
//
// Is a place that cannot be written known before the work, is the old file whole until the new one is, and is nobody
// else's file written through?
#include "support/output_file.hpp"

#include <fstream>
#include <string>
#include <utility>

#include "catch.hpp"
#include "full_disk.hpp"
#include "support/error.hpp"
#include "support/file.hpp"
#include "temporary_folder.hpp"

namespace systole {

namespace fs = std::filesystem;

TEST_CASE("the file of before is there until the new one is written") {
  const test::TemporaryFolder folder;
  write_whole_file(folder.path() / "a", "old");
  OutputFile file(folder.path() / "a");
  CHECK(read_whole_file(folder.path() / "a", 100) == "old");
  file.write("new");
  CHECK(read_whole_file(folder.path() / "a", 100) == "new");
  CHECK(folder.entries() == 1);
}

TEST_CASE("what was opened and never written leaves nothing behind, nor does what was moved") {
  const test::TemporaryFolder folder;
  {
    OutputFile file(folder.path() / "a");
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
  const test::TemporaryFolder folder;
  CHECK_THROWS_WITH(OutputFile(folder.path()), Contains("it is a folder"));
  CHECK_THROWS_WITH(OutputFile(folder.path() / "no" / "such"),
                    Contains("cannot be written: No such file or directory"));
  CHECK_THROWS_WITH(OutputFile("/proc/systole"), Contains("/proc/systole: cannot be written"));
}

TEST_CASE("two files of one name in one process do not meet") {
  const test::TemporaryFolder folder;
  OutputFile a(folder.path() / "a"), b(folder.path() / "a");
  a.write("first");
  b.write("second");
  CHECK(read_whole_file(folder.path() / "a", 100) == "second");
  CHECK(folder.entries() == 1);
}

TEST_CASE("a disk that is full in the middle costs the new file, not the old one") {
  const test::TemporaryFolder folder;
  write_whole_file(folder.path() / "a", "old");
  {
    const test::FullDisk full(64);
    OutputFile file(folder.path() / "a");
    CHECK_THROWS_AS(file.write(std::string(1000, 'x')), UserError);
  }
  CHECK(read_whole_file(folder.path() / "a", 100) == "old");
  CHECK(folder.entries() == 1);
}

}  // namespace systole
