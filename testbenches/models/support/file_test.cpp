// SPDX-License-Identifier: Apache-2.0
#include "support/file.hpp"

#include "catch.hpp"
#include "temporary_folder.hpp"

namespace systole {

namespace fs = std::filesystem;

TEST_CASE("a file is written whole, over an older one, and leaves no temporary file") {
  const test::TemporaryFolder folder;
  write_whole_file(folder.path() / "a", "first");
  write_whole_file(folder.path() / "a", "second");
  CHECK(read_whole_file(folder.path() / "a", 100) == "second");
  CHECK(folder.entries() == 1);
}

TEST_CASE("a full disk is an error, and the device that says so is not replaced") {
  if (!fs::is_character_file("/dev/full")) return;
  CHECK_THROWS_AS(write_whole_file("/dev/full", "text"), UserError);
  CHECK(fs::is_character_file("/dev/full"));
}

TEST_CASE("a device is written to, not replaced") {
  write_whole_file("/dev/null", "text");
  CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("a link is followed, and stays a link") {
  const test::TemporaryFolder folder;
  write_whole_file(folder.path() / "target", "old");
  fs::create_symlink("target", folder.path() / "link");
  write_whole_file(folder.path() / "link", "new");
  CHECK(fs::is_symlink(folder.path() / "link"));
  CHECK(read_whole_file(folder.path() / "target", 100) == "new");
}

TEST_CASE("a folder, a missing folder and a file larger than allowed are user errors") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_AS(write_whole_file(folder.path(), "x"), UserError);
  CHECK_THROWS_AS(write_whole_file(folder.path() / "no" / "such", "x"), UserError);
  write_whole_file(folder.path() / "a", "12345");
  CHECK_THROWS_AS(read_whole_file(folder.path() / "a", 4), UserError);
  CHECK_THROWS_AS(read_whole_file(folder.path() / "b", 4), UserError);
}

}  // namespace systole
