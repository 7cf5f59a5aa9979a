// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz_case.hpp"

#include <unistd.h>

#include <filesystem>
#include <string>

#include "catch.hpp"
#include "cycle/cycle_model.hpp"
#include "fuzz/coverage.hpp"
#include "models/chip/shipped_chip.hpp"
#include "support/error.hpp"
#include "support/file.hpp"

namespace systole::fuzz {
namespace {

namespace fs = std::filesystem;
using testing::tiny;

struct Folder {
  fs::path path = fs::temp_directory_path() / ("systole-fuzz-case-" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

TEST_CASE("a case that is written and read again is the same") {
  const Folder folder;
  for (std::uint64_t seed = 42; seed < 62; ++seed) {
    INFO("seed " << seed);
    const FuzzCase c = make_case(tiny(), seed, {}, MemoryChoice::kRandom);
    write_case(c, folder.path / "case");
    const FuzzCase read = read_case(folder.path / "case");
    CHECK(to_toml(read.chip) == to_toml(c.chip));
    CHECK(isa::disassemble(read.random.program) == isa::disassemble(c.random.program));
    CHECK(read.random.dram == c.random.dram);
    CHECK(read.random.program_address == c.random.program_address);
    CHECK(std::equal(std::begin(read.random.bases), std::end(read.random.bases), std::begin(c.random.bases)));
    CHECK(read.seed == seed);
  }
}

TEST_CASE("files that are missing, damaged or of another chip are refused by name") {
  const Folder folder;
  const fs::path path = folder.path / "case";
  CHECK_THROWS_WITH(read_case(path), Contains("case.chip.toml: no such file"));
  const FuzzCase c = make_case(tiny(), 42, {}, MemoryChoice::kFixed);
  write_case(c, path);
  for (const char* json :
       {"", "[]", "{\"seed\": -1}", "{\"seed\": 1, \"program_address\": 128, \"base_addresses\": [0]}"}) {
    write_whole_file(folder.path / "case.json", json);
    CHECK_THROWS_WITH(read_case(path), Contains("case.json"));
  }
  for (const char* address : {"64", "131072", "18446744073709551488"}) {
    write_whole_file(folder.path / "case.json", std::string("{\"seed\": 1, \"program_address\": ") + address +
                                                    ", \"base_addresses\": [0, 0, 0, 0]}");
    CHECK_THROWS_WITH(read_case(path), Contains("program_address"));
  }
  for (const char* bases :
       {"[-1, 0, 0, 0]", "[1e30, 0, 0, 0]", "[0.5, 0, 0, 0]", "[[], 0, 0, 0]", "[0, 0, 0, 0, 0]", "7"}) {
    write_whole_file(folder.path / "case.json",
                     std::string("{\"seed\": 1, \"program_address\": 128, \"base_addresses\": ") + bases + "}");
    CHECK_THROWS_WITH(read_case(path), Contains("'base_addresses' must be a list of 4 integers"));
  }
  write_case(c, path);
  Chip other = tiny();
  other.array_cols = 8;
  write_whole_file(folder.path / "case.chip.toml", to_toml(other));
  CHECK_THROWS_WITH(read_case(path), Contains("another"));
}

TEST_CASE("a seed makes the same case always, another seed another one") {
  const auto text = [](std::uint64_t seed) {
    const FuzzCase c = make_case(tiny(), seed, {}, MemoryChoice::kRandom);
    return to_toml(c.chip) + isa::disassemble(c.random.program);
  };
  CHECK(text(7) == text(7));
  CHECK(text(7) != text(8));
}

TEST_CASE("coverage names what was never hit, and adds up over programs") {
  Coverage coverage, sum;
  CHECK(coverage.never_hit().size() == coverage.points().size());
  const FuzzCase c = make_case(tiny(), 1, {}, MemoryChoice::kFixed);
  const cycle::Result model = cycle::CycleModel(c.chip).run(c.random.program, c.random.bases, c.random.program_address);
  coverage.add(c, model.accounts);
  const std::size_t points = coverage.points().size();
  CHECK(points == Coverage().points().size());  // every name that is hit was announced
  std::uint64_t instructions = 0;
  for (const char* engine : isa::kEngineNames) instructions += coverage.points().at(engine);
  CHECK(instructions == c.random.program.instructions.size());
  CHECK(coverage.points().at("memory hbm2") == 0);
  sum.add(coverage);
  sum.add(coverage);
  CHECK(sum.points().at("load") == 2 * coverage.points().at("load"));
}

}  // namespace
}  // namespace systole::fuzz
