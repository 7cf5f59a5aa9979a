// SPDX-License-Identifier: Apache-2.0
//
// Is what `export` writes enough to run the program somewhere else and to know that it ran well?
#include "export/export.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "catch.hpp"
#include "reference/reference.hpp"
#include "session/inputs.hpp"
#include "sim/session/digits.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::exporting;
using test::chip_step;
using test::digits;
using test::program_step;
namespace fs = std::filesystem;

namespace {

// What $readmemh makes of a file, for an array of bytes.
std::map<std::uint64_t, std::uint8_t> read_hex(const fs::path& file) {
  std::ifstream in(file);
  REQUIRE(in);
  std::map<std::uint64_t, std::uint8_t> bytes;
  std::uint64_t address = 0;
  for (std::string word; in >> word;) {
    if (word[0] == '@') {
      address = std::stoull(word.substr(1), nullptr, 16);
      continue;
    }
    REQUIRE(word.size() == 2);
    REQUIRE(bytes.emplace(address++, static_cast<std::uint8_t>(std::stoul(word, nullptr, 16))).second);
  }
  return bytes;
}

std::string contents(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("a program runs from its exported files alone and gives the exported bytes") {
  const fs::path folder = fs::temp_directory_path() / ("systole-export-" + std::to_string(::getpid()));
  const auto files = export_network(digits(), session::random_inputs(digits().network, 9), folder);
  for (const std::string& file : files) CHECK(fs::exists(folder / file));

  const auto manifest = nlohmann::json::parse(contents(folder / "manifest.json"));
  REQUIRE(manifest["steps"].size() == 1);
  const auto& step = manifest["steps"][0];
  const std::string name = "step" + std::to_string(step["step"].get<int>());
  reference::MemoryImage dram(manifest["dram_bytes"].get<std::size_t>(), 0);
  for (const auto& [address, byte] : read_hex(folder / (name + "_memory.hex"))) dram.at(address) = byte;

  // The program as the chip would fetch it, from the memory image.
  const isa::Program program = isa::read_program(folder / (name + ".prog"));
  REQUIRE(step["program_count"].get<std::size_t>() == program.instructions.size());
  const std::uint64_t base = step["program_base"].get<std::uint64_t>();
  reference::ReferenceChip chip(digits().chip);
  for (int b = 0; b < isa::kBases; ++b) chip.set_base(static_cast<isa::Base>(b), step["base"][b].get<std::uint64_t>());
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    isa::Encoded words;
    for (std::size_t w = 0; w < words.size(); ++w) {
      words[w] = 0;
      for (int b = 3; b >= 0; --b)
        words[w] = words[w] << 8 | dram.at(base + i * 128 + w * 4 + static_cast<unsigned>(b));
    }
    CHECK(words == isa::encode(program.instructions[i]));
    chip.execute(isa::decode(words), dram);
  }
  const auto expected = read_hex(folder / (name + "_expected.hex"));
  CHECK(expected.size() >= 10);
  for (const auto& [address, byte] : expected) REQUIRE(dram.at(address) == byte);
  CHECK(step["cycles"].get<std::uint64_t>() > 1000);

  const std::string parameters = contents(folder / "parameters.svh");
  for (const auto& [parameter, value] : digits().chip.rtl_parameters())
    CHECK(parameters.find("." + parameter + "(" + std::to_string(value) + ")") != std::string::npos);
  std::istringstream list(contents(folder / "rtl.f"));
  std::string last;
  for (std::string line; std::getline(list, line);) {
    if (line.compare(0, 15, "$(SYSTOLE_RTL)/") != 0) continue;
    CHECK(fs::exists(fs::path(SYSTOLE_SOURCE_DIR) / "rtl" / line.substr(15)));
    last = line;
  }
  CHECK(last == "$(SYSTOLE_RTL)/systole_chip.sv");
  CHECK(contents(folder / "systole_registers.h").find("SYSTOLE_PROGRAM_BASE") != std::string::npos);

  // The testbench has the numbers of the manifest.
  const std::string header = contents(folder / "testbench.svh");
  const auto has_define = [&](const char* key, std::uint64_t value) {
    return header.find(fmt::format("`define SYSTOLE_{} {}\n", key, value)) != std::string::npos;
  };
  CHECK(has_define("STEPS", 1));
  CHECK(has_define("DRAM_BYTES", dram.size()));
  CHECK(has_define("LATENCY_CYCLES", digits().chip.memory.ideal().latency_cycles));
  CHECK(has_define("EXPECT_CYCLES", 1));
  std::istringstream words(contents(folder / "testbench_steps.hex"));
  std::vector<std::uint64_t> read;
  for (std::uint64_t word; words >> std::hex >> word;) read.push_back(word);
  REQUIRE(read.size() == 8);
  CHECK(read[0] == step["step"].get<std::uint64_t>());
  CHECK(read[1] == base);
  CHECK(read[2] == program.instructions.size());
  for (std::size_t b = 0; b < isa::kBases; ++b) CHECK(read[3 + b] == step["base"][b].get<std::uint64_t>());
  CHECK(read[7] == step["cycles"].get<std::uint64_t>());
  fs::remove_all(folder);
}

TEST_CASE("with a DRAM the exported testbench compares no cycles: its memory is another") {
  compiler::CompiledNetwork network = digits();
  network.chip.memory = memory_of_kind("ddr4_3200");
  const fs::path folder = fs::temp_directory_path() / ("systole_export_dram_" + std::to_string(::getpid()));
  export_network(network, session::random_inputs(network.network, 9), folder);
  CHECK(contents(folder / "testbench.svh").find("`define SYSTOLE_EXPECT_CYCLES 0\n") != std::string::npos);
  fs::remove_all(folder);
}

TEST_CASE("a folder that cannot be made is the user's error") {
  CHECK_THROWS_AS(export_network(digits(), session::random_inputs(digits().network, 9), "/proc/systole/x"), UserError);
}
