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

struct Writer {
  std::string lines;
  void table(std::string_view name) { lines += fmt::format("\n[{}]\n", name); }
  void text(std::string_view key, std::string_view value) { lines += fmt::format("{} = \"{}\"\n", key, value); }
  template <class T>
  void number(const chip_file::Key& key, const T& value) {
    lines += fmt::format("{} = {}\n", key.name, value);
  }
};

// Keys as --set takes them.
struct Collector {
  std::string prefix;
  std::vector<std::pair<std::string, std::string>> values;
  void table(std::string_view name) { prefix = std::string(name) + "."; }
  void text(std::string_view key, std::string_view value) {
    values.emplace_back(prefix + std::string(key), std::string(value));
  }
  template <class T>
  void number(const chip_file::Key& key, const T& value) {
    values.emplace_back(prefix + std::string(key.name), fmt::format("{}", value));
  }
};

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

std::vector<std::pair<std::string, std::string>> chip_values(const Chip& chip) {
  Collector collector;
  chip_file::visit_file(chip, collector);
  return std::move(collector.values);
}

std::string to_toml(const Chip& chip) {
  Writer writer;
  chip_file::visit_file(chip, writer);
  return writer.lines;
}

}  // namespace systole
