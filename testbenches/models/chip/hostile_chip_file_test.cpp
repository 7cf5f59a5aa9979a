// SPDX-License-Identifier: Apache-2.0
//
// Chip files that want to break the reader: every one is refused with a UserError of one line.
#include <unistd.h>

#include <fstream>
#include <random>
#include <sstream>

#include "catch.hpp"
#include "chip/chip.hpp"
#include "support/error.hpp"

using namespace systole;

namespace {

// "" if the file was read, the error line otherwise.
std::string outcome(const std::string& text) {
  try {
    parse_chip(text, "c.toml");
  } catch (const UserError& error) {
    const std::string line = error.what();
    CHECK(line.find('\n') == std::string::npos);
    CHECK(line.find("c.toml") == 0);
    return line;
  }
  return "";
}

std::string repeated(const std::string& part, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += part;
  return text;
}

std::string tiny_text() {
  std::ifstream in(std::string(SYSTOLE_SOURCE_DIR) + "/sim/chips/tiny.toml");
  REQUIRE(in);
  std::ostringstream stream;
  stream << in.rdbuf();
  return stream.str();
}

}  // namespace

TEST_CASE("huge and deeply nested chip files are refused") {
  CHECK(outcome(std::string(1 << 20, ' ')) == "c.toml: is 1048576 bytes long: a chip file has at most 65536");
  CHECK(outcome("a = " + std::string(2000, '[')) == "c.toml:1: the line is 2004 bytes long: at most 1000 are allowed");
  CHECK(outcome("a = " + std::string(900, '[')) != "");
  CHECK(outcome(repeated("a = [\n", 1) + repeated("[\n", 20000)) != "");
  CHECK(outcome("[" + repeated("a.", 490) + "a]\n" + repeated("b.", 490) + "b = 1\n") != "");
  CHECK(outcome("x = " + repeated("{a=", 300) + "1" + repeated("}", 300)) != "");
  CHECK(outcome(repeated("[chip]\n", 5000)) != "");
  // Many deep tables, each one line.
  std::string text;
  for (int i = 0; i < 60; ++i) text += "[a" + std::to_string(i) + repeated(".b", 480) + "]\n";
  CHECK(outcome(text) != "");
}

TEST_CASE("binary and badly encoded chip files are refused") {
  CHECK(outcome(std::string("\0\0\0\0", 4)) != "");
  CHECK(outcome(std::string("name = \"a\0b\"", 12)) != "");
  CHECK(outcome("name = \"\xff\xfe\"") != "");
  CHECK(outcome("\x7f"
                "ELF\x02\x01\x01") != "");
  CHECK(outcome("\xef\xbb\xbf") != "");
  CHECK(outcome("name = \"\xc3\xa9t\xc3\xa9\"\n[chip]\n") != "");  // letters, but not ASCII
  CHECK(outcome("name = \"\\n\"\n[chip]\n") != "");
  CHECK(outcome("\"a\\nb\" = 1\n") != "");
}

TEST_CASE("a chip file cut at any byte is read or refused, never more") {
  const std::string text = tiny_text();
  int refused = 0;
  for (std::size_t size = 0; size < text.size(); ++size) refused += outcome(text.substr(0, size)) != "";
  CHECK(refused > 300);
  CHECK(outcome(text) == "");
}

TEST_CASE("a chip file with flipped bits is read or refused, never more") {
  const std::string text = tiny_text();
  std::mt19937_64 engine(17);
  int refused = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string flipped = text;
    for (int flips = 1 + static_cast<int>(engine() % 3); flips > 0; --flips) {
      char& c = flipped[engine() % flipped.size()];
      c = static_cast<char>(c ^ (1 << (engine() % 8)));
    }
    refused += outcome(flipped) != "";
  }
  CHECK(refused > 1000);
}

TEST_CASE("a chip file that is not a readable file is refused by name") {
  const auto error_of = [](const std::filesystem::path& file) -> std::string {
    try {
      load_chip(file);
    } catch (const UserError& error) {
      return error.what();
    }
    return "no error";
  };
  CHECK(error_of("no_such_chip.toml") == "no_such_chip.toml: no such file");
  CHECK(error_of("") == ": no such file");
  CHECK(error_of("/") == "/: not a regular file");
  CHECK(error_of("/dev/zero") == "/dev/zero: not a regular file");
  CHECK(error_of(std::string("a\0b", 3)).find("a file name cannot contain a NUL byte") != std::string::npos);
  CHECK(error_of(std::string(5000, 'a')).find("cannot be read") != std::string::npos);
}
