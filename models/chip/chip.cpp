// SPDX-License-Identifier: Apache-2.0
#include "chip/chip.hpp"

#include <fmt/format.h>

#include "chip/keys.hpp"

namespace systole {
namespace {

// array_rows -> ArrayRows
std::string rtl_name(std::string_view key) {
  std::string name;
  bool upper = true;
  for (const char c : key) {
    if (c == '_') {
      upper = true;
    } else {
      name += upper ? static_cast<char>(c - 'a' + 'A') : c;
      upper = false;
    }
  }
  return name;
}

}  // namespace

std::string chip_file::range_text(const Key& key) {
  return fmt::format("{}, {} to {}", key.form == Form::kPowerOfTwo ? "a power of two" : "a whole number", key.min,
                     key.max);
}

std::uint64_t Chip::buffer_bytes() const {
  const std::uint64_t activation = std::uint64_t{activation_words()} * array_rows;
  const std::uint64_t weight = std::uint64_t{weight_words} * array_cols;
  const std::uint64_t accumulator = std::uint64_t{2} * accumulator_rows * array_cols * 4;
  const std::uint64_t parameter = std::uint64_t{parameter_words} * post_lanes * 8;
  return activation + weight + accumulator + parameter;
}

std::vector<std::pair<std::string, std::uint64_t>> Chip::rtl_parameters() const {
  std::vector<std::pair<std::string, std::uint64_t>> parameters;
  chip_file::visit_chip_keys(
      *this, [&](const chip_file::Key& key, const auto& value) { parameters.emplace_back(rtl_name(key.name), value); });
  return parameters;
}

// FNV-1a (Fowler, Noll, Vo) of the text "ArrayRows=4\nArrayCols=4\n...": the same on every machine
// and compiler.
std::uint64_t Chip::fingerprint() const {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const auto& [parameter, value] : rtl_parameters()) {
    for (const char c : fmt::format("{}={}\n", parameter, value)) {
      hash ^= static_cast<unsigned char>(c);
      hash *= 0x100000001b3u;
    }
  }
  return hash;
}

std::string to_toml(const Chip& chip) {
  std::string text = fmt::format("name = \"{}\"\nclock_mhz = {}\n\n[chip]\n", chip.name, chip.clock_mhz);
  text += fmt::format("dataflow = \"{}\"\n", chip_file::kDataflow);
  const auto write = [&](const chip_file::Key& key, const auto& value) {
    text += fmt::format("{} = {}\n", key.name, value);
  };
  chip_file::visit_chip_keys(chip, write);
  text += fmt::format("\n[memory]\nkind = \"{}\"\n", chip.memory.kind());
  if (chip.memory.is_dram()) {
    text += fmt::format("address_mapping = \"{}\"\n", chip.memory.dram().address_mapping);
    chip_file::visit_dram_keys(chip.memory.dram(), write);
  } else {
    chip_file::visit_ideal_keys(chip.memory.ideal(), write);
  }
  chip_file::visit_memory_keys(chip.memory, write);
  return text;
}

}  // namespace systole
