// SPDX-License-Identifier: Apache-2.0
//
// Do the table of registers, its page in docs/ and the C header say the same?
#include "platform/registers.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <string>

#include "catch.hpp"

using namespace systole;
using namespace systole::platform;

namespace {

std::string page() {
  std::ifstream in(REGISTERS_PAGE);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Row {
  std::uint32_t address;
  std::string access;
};

// Rows "| 0x00C | `status` | R | ..." of the page; a row with two addresses or an index counts
// once.
std::map<std::string, Row> documented() {
  std::map<std::string, Row> rows;
  const std::string text = page();
  const std::regex row(R"(\| (0x[0-9A-F]{3})[^|]*\| `([a-z_]+)` \| ([A-Z0-9]+) \|)");
  for (std::sregex_iterator it(text.begin(), text.end(), row), end; it != end; ++it)
    rows[(*it)[2]] = {static_cast<std::uint32_t>(std::stoul((*it)[1], nullptr, 16)), (*it)[3]};
  return rows;
}

std::string access_text(Access access) {
  switch (access) {
    case Access::kRead:
      return "R";
    case Access::kWrite:
      return "W";
    case Access::kReadWrite:
      return "RW";
    case Access::kReadWriteOneToClear:
      return "RW1C";
  }
  return "";
}

}  // namespace

TEST_CASE("every register of the page is in the table and every one of the table on the page") {
  auto rows = documented();
  for (const Register& r : kRegisters) {
    // The page calls the four base registers base_k.
    const std::string name = r.address == reg::kBase.address ? "base_k" : r.name;
    CAPTURE(name);
    REQUIRE(rows.count(name) == 1);
    CHECK(rows[name].address == r.address);
    CHECK(rows[name].access == access_text(r.access));
    rows.erase(name);
  }
  for (const auto& [name, row] : rows) FAIL("the page has a register that the table has not: " << name);
}

TEST_CASE("every counter has the number and the name of the page") {
  const std::string text = page();
  const std::regex cell(R"(\| ([0-9]+) \| `([a-z_]+)` \|)");
  std::map<std::size_t, std::string> names;
  for (std::sregex_iterator it(text.begin(), text.end(), cell), end; it != end; ++it)
    names[std::stoul((*it)[1])] = (*it)[2];
  // The second column of the table follows an empty one.
  const std::regex second(R"(\| \| ([0-9]+) \| `([a-z_]+)` \|)");
  for (std::sregex_iterator it(text.begin(), text.end(), second), end; it != end; ++it)
    names[std::stoul((*it)[1])] = (*it)[2];
  REQUIRE(names.size() == kCounters);
  for (std::size_t k = 0; k < kCounters; ++k) CHECK(names[k] == kCounterNames[k]);
  CHECK(std::string(kCounterNames[counter_of(isa::Engine::kStore, isa::EngineState::kWaitPort)]) == "store_wait_port");
  CHECK(std::string(kCounterNames[counter_of(isa::Engine::kMatrix, isa::EngineState::kBusy)]) == "matrix_busy");
}

TEST_CASE("the C header compiles and has the addresses of the table") {
  const std::string header = c_register_header();
  const std::string folder = std::filesystem::temp_directory_path() / fmt::format("systole-registers-{}", ::getpid());
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/systole_registers.h") << header;
  std::ofstream source(folder + "/registers.c");
  source << "#include \"systole_registers.h\"\n";
  for (const Register& r : kRegisters) {
    std::string name = r.name;
    for (char& c : name) c = static_cast<char>(std::toupper(c));
    const std::string macro = r.address == reg::kBase.address ? "SYSTOLE_BASE(0)" : "SYSTOLE_" + name;
    source << fmt::format("_Static_assert({} == {:#x}, \"\");\n", macro, r.address);
  }
  source << "_Static_assert(SYSTOLE_BASE(3) == 0x48, \"\");\n"
            "_Static_assert(SYSTOLE_COUNTER_STORE_WAIT_PORT == 0x180, \"\");\n"
            "_Static_assert(SYSTOLE_ERROR_WRITE_BUS_ERROR == 3, \"\");\n";
  source.close();
  const std::string command = fmt::format("cc -std=c11 -Wall -Werror -fsyntax-only '{}/registers.c'", folder);
  CHECK(std::system(command.c_str()) == 0);
  std::filesystem::remove_all(folder);
}
