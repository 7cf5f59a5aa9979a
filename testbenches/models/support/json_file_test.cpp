// SPDX-License-Identifier: Apache-2.0
//
// Is JSON that means no number, or never ends, refused instead of converted or followed?
#include "support/json_file.hpp"

#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "support/error.hpp"

using namespace systole;
namespace fs = std::filesystem;

namespace {

class JsonFile {
 public:
  explicit JsonFile(const std::string& text) { std::ofstream(path) << text; }
  ~JsonFile() { fs::remove(path); }
  const fs::path path = fs::temp_directory_path() / ("systole-json-" + std::to_string(::getpid()));
};

nlohmann::json read(const std::string& text) { return read_json(JsonFile(text).path, 1 << 24); }

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
}

}  // namespace

TEST_CASE("a file is read up to the deepest value that is allowed") {
  CHECK(read("{\"a\": [1, 2]}")["a"][1] == 2);
  CHECK_NOTHROW(read(nested(kMaxJsonDepth)));
  CHECK_THROWS_WITH(read(nested(kMaxJsonDepth + 2)), Contains("deeper than 64 levels"));
  CHECK_THROWS_WITH(read(nested(100'000)), Contains("deeper than 64 levels"));
  CHECK_THROWS_WITH(read(std::string(100'000, '{')), Contains(": not JSON"));
  for (const char* text : {"", "{", "[1,]", "nonsense"}) CHECK_THROWS_WITH(read(text), Contains(": not JSON"));
  CHECK_THROWS_AS(read_json("/nowhere/at/all.json", 1), UserError);
}

TEST_CASE("an unsigned member is an integer of 64 bits and nothing else") {
  CHECK(unsigned_member(read("{\"n\": 18446744073709551615}"), "n", "f") == 18446744073709551615u);
  CHECK(unsigned_member(read("{\"n\": 0}"), "n", "f") == 0);
  for (const char* text : {"{}", "[]", "{\"n\": -1}", "{\"n\": 1.0}", "{\"n\": 1e30}", "{\"n\": \"1\"}",
                           "{\"n\": null}", "{\"n\": 18446744073709551616}"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH(unsigned_member(read(text), "n", "f"), Contains("f: 'n' is missing or no integer"));
  }
}
