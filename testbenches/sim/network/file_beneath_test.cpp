// SPDX-License-Identifier: Apache-2.0
//
// Is only what lies in or below a folder opened, whatever its name says and whatever stands at the place? Both ways of resolving a name.
#include "network/file_beneath.hpp"

#include <sys/stat.h>

#include <fstream>

#include "catch.hpp"
#include "support/error.hpp"
#include "temporary_folder.hpp"

namespace systole {
namespace {

namespace fs = std::filesystem;

// net/ with w.bin and data/v.bin, and a secret beside it.
struct Place {
  test::TemporaryFolder folder;
  fs::path net = folder.file("net");

  Place() {
    fs::create_directories(net / "data");
    std::ofstream(net / "w.bin") << "abcdef";
    std::ofstream(net / "data/v.bin") << "v";
    std::ofstream(folder.file("secret.bin")) << "s";
  }
};

}  // namespace

TEST_CASE("a file in or below the folder is opened, and of it the bytes that are asked for are read") {
  const Place place;
  const auto how = GENERATE(Resolution::kKernelIfPossible, Resolution::kStepByStep);
  const FileBeneath file(place.net, "w.bin", "tensor 'w'", how);
  CHECK(file.size_bytes() == 6);
  CHECK(file.read(1, 3) == "bcd");
  CHECK(file.read(6, 0).empty());
  CHECK_THROWS_WITH(file.read(6, 1), Contains("tensor 'w' is stored in 'w.bin', 1 bytes from 6 on, but that has 6"));
  CHECK_THROWS_AS(file.read(UINT64_MAX, 2), UserError);
  CHECK_THROWS_AS(file.read(2, UINT64_MAX), UserError);
  for (const char* name : {"data/v.bin", "./data//v.bin", "data/../data/v.bin"})
    CHECK(FileBeneath(place.net, name, "w", how).read(0, 1) == "v");
}

TEST_CASE("what is outside of the folder is not opened, by no name and no link") {
  const Place place;
  const auto how = GENERATE(Resolution::kKernelIfPossible, Resolution::kStepByStep);
  fs::create_symlink(place.folder.file("secret.bin"), place.net / "absolute.bin");
  fs::create_symlink("../secret.bin", place.net / "relative.bin");
  fs::create_directory_symlink("..", place.net / "up");
  for (const std::string& name : {std::string("../secret.bin"), std::string("data/../../secret.bin"),
                                  std::string("/etc/passwd"), place.folder.file("secret.bin").string(),
                                  std::string("absolute.bin"), std::string("relative.bin"), std::string("..")}) {
    INFO(name);
    CHECK_THROWS_WITH(FileBeneath(place.net, name, "w", how), Contains("outside of the network's folder"));
  }
  CHECK_THROWS_AS(FileBeneath(place.net, "up/secret.bin", "w", how), UserError);
  fs::create_hard_link(place.folder.file("secret.bin"), place.net / "hard.bin");
  CHECK_THROWS_WITH(FileBeneath(place.net, "hard.bin", "w", how), Contains("2 names (hard links)"));
}

TEST_CASE("a link that stays below the folder is followed where the kernel resolves it") {
  const Place place;
  fs::create_symlink("data/v.bin", place.net / "link.bin");
  CHECK(FileBeneath(place.net, "link.bin", "w").read(0, 1) == "v");
  CHECK_THROWS_AS(FileBeneath(place.net, "link.bin", "w", Resolution::kStepByStep), UserError);
}

TEST_CASE("a pipe, a folder and a missing file are one line, and nothing waits") {
  const Place place;
  const auto how = GENERATE(Resolution::kKernelIfPossible, Resolution::kStepByStep);
  REQUIRE(::mkfifo((place.net / "pipe").c_str(), 0600) == 0);
  CHECK_THROWS_WITH(FileBeneath(place.net, "pipe", "w", how), Contains("no regular file"));
  for (const char* name : {"data", "."})
    CHECK_THROWS_WITH(FileBeneath(place.net, name, "w", how), Contains("no regular file"));
  for (const char* name : {"none.bin", "w.bin/x", "none/x"})
    CHECK_THROWS_WITH(FileBeneath(place.net, name, "w", how), Contains("no such file"));
  CHECK_THROWS_AS(FileBeneath("/dev", "null", "w", how), UserError);
}

TEST_CASE("a file is missing only if there is nothing at all, and no link that leads nowhere") {
  const Place place;
  const auto how = GENERATE(Resolution::kKernelIfPossible, Resolution::kStepByStep);
  for (const char* name : {"none.bin", "data/none.bin", "none/x"})
    CHECK_THROWS_AS(FileBeneath(place.net, name, "w", how), NoSuchFile);
  fs::create_symlink("none.bin", place.net / "link.bin");
  fs::create_directory_symlink("none", place.net / "folder");
  REQUIRE(::mkfifo((place.net / "pipe").c_str(), 0600) == 0);
  for (const char* name : {"link.bin", "folder/x", "w.bin/x", "pipe", "data", "../none.bin"}) {
    INFO(name);
    try {
      const FileBeneath opened(place.net, name, "w", how);
      FAIL("opened");
    } catch (const NoSuchFile&) {
      FAIL("missing");
    } catch (const UserError&) {
      SUCCEED();
    }
  }
}

}  // namespace systole
