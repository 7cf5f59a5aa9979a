// SPDX-License-Identifier: Apache-2.0
#include "support/data_directory.hpp"

#include <unistd.h>

#include "catch.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

namespace fs = std::filesystem;

// A folder of this process, gone after the test.
class Prefix {
 public:
  Prefix() : path_(fs::temp_directory_path() / ("systole_data_" + std::to_string(::getpid()))) {
    fs::create_directories(path_ / "bin");
  }
  ~Prefix() { fs::remove_all(path_); }
  Prefix(const Prefix&) = delete;
  Prefix& operator=(const Prefix&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

TEST_CASE("an installed tool takes all data from its prefix, and what is missing there from nowhere") {
  const Prefix prefix;
  const fs::path tool = prefix.path() / "bin/systole";
  fs::create_directories(prefix.path() / "share/systole/chips");
  CHECK(data_directory("chips", tool) == prefix.path() / "share/systole/chips");
  CHECK(data_directory("rtl", tool) == prefix.path() / "share/systole/rtl");
  CHECK(data_directory("prebuilt", tool) == prefix.path() / "share/systole/prebuilt");
}

TEST_CASE("a tool whose prefix has no data takes those of the source tree") {
  const Prefix prefix;
  const fs::path tool = prefix.path() / "bin/systole";
  CHECK(data_directory("rtl", tool) == fs::path(SYSTOLE_SOURCE_DIR) / "rtl");
  fs::create_directories(prefix.path() / "share");
  CHECK(data_directory("rtl", tool) == fs::path(SYSTOLE_SOURCE_DIR) / "rtl");
}

TEST_CASE("a tool in a build folder takes the data of the source tree") {
  CHECK(data_directory("chips") == fs::path(SYSTOLE_SOURCE_DIR) / "sim/chips");
  CHECK(data_directory("rtl") == fs::path(SYSTOLE_SOURCE_DIR) / "rtl");
  CHECK(fs::exists(data_directory("wrapper") / "sim/verilated/verilated_chip.cpp"));
  CHECK(data_directory("prebuilt").filename() == "chips");
  CHECK(fs::exists(data_directory("chips") / "tiny.toml"));
  CHECK(fs::exists(data_directory("rtl") / "isa_pkg.sv"));
}

TEST_CASE("a part that the tool has not is an error of ours") {
  CHECK_THROWS_AS(data_directory("networks"), InternalError);
}

}  // namespace
}  // namespace systole
