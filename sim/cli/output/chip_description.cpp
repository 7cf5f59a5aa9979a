// SPDX-License-Identifier: Apache-2.0
#include "cli/output/chip_description.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "chip/keys.hpp"
#include "report/numbers.hpp"

namespace systole::cli {
namespace {

using chip_file::Form;
using chip_file::Key;
using chip_file::Presence;
using chip_file::range_text;
using Json = nlohmann::ordered_json;

// Of the keys that are texts.
std::string_view help_of(std::string_view key) {
  if (key == "name") return chip_file::kNameText;
  if (key == "dataflow") return "which operand stays in the array";
  if (key == "kind") return "which memory stands behind the chip";
  return "which bits of an address select channel, bank, row and column";
}

// What a value means in bytes, for the keys that size a memory.
std::string derived_text(const Chip& chip, std::string_view key) {
  const auto buffer = [](std::uint64_t words, std::uint64_t bytes) {
    return fmt::format("; here {}", report::bytes_text(words * bytes));
  };
  if (key == "activation_bank_words")
    return buffer(chip.activation_words(), chip.activation_word_bytes()) + " in all banks";
  if (key == "weight_words") return buffer(chip.weight_words, chip.weight_word_bytes());
  if (key == "accumulator_rows") return buffer(2 * chip.accumulator_rows, 4 * chip.array_cols) + " in both banks";
  if (key == "parameter_words") return buffer(chip.parameter_words, 8 * chip.post_lanes);
  if (key == "array_cols") return fmt::format("; here {} multipliers", chip.macs_per_cycle());
  if (key == "axi_data_bits") return buffer(1, chip.axi_bytes()) + " a cycle";
  if (key == "size_bytes") return buffer(1, chip.memory.size_bytes);
  return "";
}

// A file's lines with what they mean behind them, the comments of a table below each other.
class Annotator {
 public:
  explicit Annotator(const Chip& chip) : chip_(chip) {}

  void table(std::string_view name) {
    end_table();
    text_ += fmt::format("\n[{}]\n", name);
  }
  void text(std::string_view key, std::string_view value) {
    lines_.emplace_back(fmt::format("{} = \"{}\"", key, value), help_of(key));
  }
  template <class T>
  void number(const Key& key, const T& value) {
    const std::string unit = key.unit.empty() ? "" : fmt::format(" [{}]", key.unit);
    lines_.emplace_back(fmt::format("{} = {}", key.name, value),
                        fmt::format("{}{}; {}{}", key.help, unit, range_text(key), derived_text(chip_, key.name)));
  }
  std::string str() {
    end_table();
    return text_;
  }

 private:
  void end_table() {
    std::size_t width = 0;
    for (const auto& [line, comment] : lines_) width = std::max(width, line.size());
    for (const auto& [line, comment] : lines_) text_ += fmt::format("{:<{}}  # {}\n", line, width, comment);
    lines_.clear();
  }

  const Chip& chip_;
  std::string text_;
  std::vector<std::pair<std::string, std::string>> lines_;  // of the table that is open
};

// A key of the file as the page and the schema have it.
struct Row {
  std::string_view table, key, unit, help;
  std::string fallback;                        // what stands for a key that is left out; empty: required
  std::optional<Key> number;                   // none: a text
  std::vector<std::string_view> choices = {};  // of a text; empty: any
};

constexpr std::string_view kTop = "", kChip = "chip", kMemory = "memory", kIdeal = "memory, kind ideal",
                           kDram = "memory, a DRAM";

// The value of each DRAM key, if all kinds have the same.
std::map<std::string_view, std::string> dram_defaults() {
  std::map<std::string_view, std::string> values;
  for (const std::string_view kind : memory::dram_kind_names()) {
    const memory::DramConfig dram = memory::dram_config(kind);
    chip_file::visit_dram_keys(dram, [&](const Key& key, const auto& value) {
      const std::string text = std::to_string(value);
      const auto [at, is_new] = values.emplace(key.name, text);
      if (!is_new && at->second != text) at->second = "of the kind";
    });
  }
  return values;
}

// Every key of a file, table by table.
std::vector<Row> rows() {
  const Chip chip;
  std::vector<Row> rows;
  const auto numbers_of = [&](std::string_view table) {
    return [&rows, table](const Key& key, const auto& value) {
      const std::string fallback = key.presence == Presence::kRequired ? "" : std::to_string(value);
      rows.push_back({table, key.name, key.unit, key.help, fallback, key});
    };
  };
  rows.push_back({kTop, "name", "", help_of("name"), "", std::nullopt});
  numbers_of(kTop)(chip_file::kClockKey, chip.clock_mhz);
  rows.push_back({kChip,
                  "dataflow",
                  "",
                  help_of("dataflow"),
                  std::string(chip_file::kDataflow),
                  std::nullopt,
                  {chip_file::kDataflow}});
  chip_file::visit_chip_keys(chip, numbers_of(kChip));
  std::vector<std::string_view> kinds = memory::dram_kind_names();
  kinds.insert(kinds.begin(), memory::kIdealKind);
  rows.push_back({kMemory, "kind", "", help_of("kind"), std::string(memory::kIdealKind), std::nullopt, kinds});
  chip_file::visit_memory_keys(chip.memory, numbers_of(kMemory));
  chip_file::visit_ideal_keys(chip.memory.ideal(), numbers_of(kIdeal));
  const memory::DramConfig dram = memory::dram_config(memory::dram_kind_names().front());
  rows.push_back({kDram, "address_mapping", "", help_of("address_mapping"), dram.address_mapping, std::nullopt});
  const auto defaults = dram_defaults();
  chip_file::visit_dram_keys(dram, [&](const Key& key, const auto&) {
    rows.push_back({kDram, key.name, key.unit, key.help, defaults.at(key.name), key});
  });
  return rows;
}

std::string allowed_text(const Row& row) {
  if (row.number) return range_text(*row.number);
  return row.choices.empty() ? "a text" : fmt::format("`{}`", fmt::join(row.choices, "`, `"));
}

Json schema_of(const Row& row) {
  Json schema;
  schema["description"] = row.unit.empty() ? std::string(row.help) : fmt::format("{} [{}]", row.help, row.unit);
  if (!row.number) {
    schema["type"] = "string";
    if (!row.choices.empty()) schema["enum"] = row.choices;
    if (row.key == "name") schema["pattern"] = "^[A-Za-z0-9_-]{1,64}$";
  } else if (row.number->form == Form::kPowerOfTwo) {
    std::vector<std::uint64_t> powers;
    for (std::uint64_t power = 1; power <= row.number->max; power *= 2)
      if (power >= row.number->min) powers.push_back(power);
    schema["enum"] = powers;
  } else {
    schema["type"] = "integer";
    schema["minimum"] = row.number->min;
    schema["maximum"] = row.number->max;
  }
  return schema;
}

Json object_schema(std::string_view description) {
  return {{"type", "object"},
          {"description", description},
          {"properties", Json::object()},
          {"required", Json::array()},
          {"additionalProperties", false}};
}

}  // namespace

std::string annotated_toml(const Chip& chip) {
  Annotator annotator(chip);
  chip_file::visit_file(chip, annotator);
  return annotator.str();
}

std::string chip_file_tables() {
  std::string text;
  std::optional<std::string_view> table;
  for (const Row& row : rows()) {
    if (table != row.table) {
      const std::string title = row.table.empty() ? "Before the tables" : fmt::format("[{}]", row.table);
      text += fmt::format("{}## {}\n\n| key | unit | default | allowed | meaning |\n|---|---|---|---|---|\n",
                          table ? "\n" : "", title);
      table = row.table;
    }
    const std::string fallback = row.fallback.empty() ? "required" : row.fallback;
    text +=
        fmt::format("| `{}` | {} | {} | {} | {} |\n", row.key, row.unit,
                    row.number || row.fallback.empty() ? fallback : "`" + fallback + "`", allowed_text(row), row.help);
  }
  return text;
}

std::string chip_file_schema() {
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "Systole chip file"}};
  schema.update(object_schema("A chip and the memory behind it"));
  Json& properties = schema["properties"];
  Json silicon = object_schema("The parameters of the RTL's top module");
  Json memory = object_schema("The memory behind the chip; a kind takes its own keys only");
  for (const Row& row : rows()) {
    Json& object = row.table == kTop ? schema : row.table == kChip ? silicon : memory;
    object["properties"][std::string(row.key)] = schema_of(row);
    if (row.fallback.empty()) object["required"].push_back(row.key);
  }
  properties["chip"] = silicon;
  properties["memory"] = memory;
  schema["required"].push_back("chip");
  return schema.dump(2) + "\n";
}

}  // namespace systole::cli
