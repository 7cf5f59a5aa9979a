// SPDX-License-Identifier: Apache-2.0
#include "cli/output/chip_description.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "chip/keys.hpp"
#include "chip/shipped_chips.hpp"

using namespace systole;
using namespace systole::cli;

TEST_CASE("an annotated chip file reads back as the same chip and explains every line") {
  for (const std::string& name : shipped_chips()) {
    for (const ChipChanges& changes : {ChipChanges{}, ChipChanges{"memory.kind=hbm2"}}) {
      const Chip chip = open_chip(name, changes);
      const std::string text = annotated_toml(chip);
      CHECK(to_toml(parse_chip(text, "text")) == to_toml(chip));
      std::istringstream lines(text);
      for (std::string line; std::getline(lines, line);)
        CHECK((line.empty() || line.front() == '[' || line.find("  # ") != std::string::npos));
    }
  }
  CHECK(annotated_toml(open_chip("edge16")).find("4 to 256, a power of two") == std::string::npos);
  CHECK(annotated_toml(open_chip("edge16")).find("a power of two, 16 to 67108864; here 64 KiB\n") != std::string::npos);
}

TEST_CASE("the page of the chip file has the tables that are made from the keys") {
  const std::string begin = "<!-- made by `systole chip --keys`, held by a test -->\n\n";
  std::ifstream file(std::string(SYSTOLE_SOURCE_DIR) + "/docs/reference/chip_file.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  const std::size_t from = page.find(begin), to = page.find("\n<!-- end of the keys -->");
  REQUIRE(from != std::string::npos);
  REQUIRE(to != std::string::npos);
  CHECK(page.substr(from + begin.size(), to - from - begin.size()) == chip_file_tables());
}

TEST_CASE("the schema has every key with its range, and demands those that a file must have") {
  const auto schema = nlohmann::json::parse(chip_file_schema());
  CHECK(schema["required"] == nlohmann::json({"name", "chip"}));
  const auto& silicon = schema["properties"]["chip"];
  const auto& memory = schema["properties"]["memory"];
  CHECK(silicon["additionalProperties"] == false);
  CHECK(silicon["properties"].size() == 1 + 20);
  CHECK(memory["properties"].size() == 2 + 2 + 28 + 3);
  CHECK(silicon["properties"]["array_rows"]["enum"] == nlohmann::json({4, 8, 16, 32, 64, 128, 256, 512}));
  CHECK(silicon["properties"]["pe_latency"]["maximum"] == 4);
  CHECK(memory["properties"]["kind"]["enum"].size() == 1 + memory::dram_kind_names().size());
  for (const std::string& name : shipped_chips()) {
    const Chip chip = open_chip(name);
    chip_file::visit_chip_keys(chip, [&](const chip_file::Key& key, const auto&) {
      CAPTURE(key.name);
      CHECK(silicon["properties"].contains(std::string(key.name)));
    });
  }
}
