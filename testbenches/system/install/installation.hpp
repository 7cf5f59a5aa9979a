// SPDX-License-Identifier: Apache-2.0
//
// The tool, installed into a temporary prefix that is moved before anybody uses it.
#pragma once

#include <unistd.h>

#include <boost/process.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "catch.hpp"

namespace systole::test {

inline std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Installation {
 public:
  struct Outcome {
    int code;
    std::string out, error;
  };

  Installation() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    const auto made = folder_ / "made";
    REQUIRE(call({SYSTOLE_CMAKE, "--install", SYSTOLE_BINARY_DIR, "--prefix", made.string()}).code == 0);
    std::filesystem::rename(made, prefix());
  }
  ~Installation() { std::filesystem::remove_all(folder_); }
  Installation(const Installation&) = delete;
  Installation& operator=(const Installation&) = delete;

  std::filesystem::path prefix() const { return folder_ / "moved"; }
  std::filesystem::path data() const { return prefix() / "share/systole"; }
  std::filesystem::path cache() const { return folder_ / "cache"; }
  std::string scratch(const std::string& name) const { return (folder_ / name).string(); }

  // The installed tool, with a cache of its own.
  Outcome systole(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), (prefix() / "bin/systole").string());
    return call(arguments);
  }

 private:
  Outcome call(const std::vector<std::string>& command) const {
    namespace bp = boost::process;
    bp::environment environment = boost::this_process::environment();
    environment["SYSTOLE_CACHE"] = cache().string();
    environment.erase("SYSTOLE_RTL");
    const auto out = folder_ / "out.txt", error = folder_ / "err.txt";
    const int code = bp::system(command.front(), bp::args(std::vector<std::string>(command.begin() + 1, command.end())),
                                environment, bp::std_out > out.string(), bp::std_err > error.string());
    return {code, text_of(out), text_of(error)};
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("systole-install-" + std::to_string(::getpid()));
};

}  // namespace systole::test
