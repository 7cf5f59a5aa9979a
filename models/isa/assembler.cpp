// SPDX-License-Identifier: Apache-2.0
//
// Assembler text, in both directions.
//
// A line is an instruction, `name field=value ...`, or the directive `.chip name=NAME
// fingerprint=NUMBER`, or empty. Numbers are decimal or 0x hexadecimal; flags are 0 or 1;
// enumerations are words; wait and post are lists of semaphores (`wait=0,3`). A float is the
// shortest decimal that gives the same bits, or `bits:0x7fc00000` for what has no decimal.
#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <type_traits>

#include "isa/fields.hpp"
#include "isa/program.hpp"
#include "support/error.hpp"

namespace systole::isa {
namespace {

const std::vector<std::string_view>& names_of(Buffer) {
  static const std::vector<std::string_view> names = {"activation", "weight", "parameter"};
  return names;
}
const std::vector<std::string_view>& names_of(Base) {
  static const std::vector<std::string_view> names = {"tensor", "weight", "parameter", "scratch"};
  return names;
}
const std::vector<std::string_view>& names_of(Source) {
  static const std::vector<std::string_view> names = {"accumulator", "activation"};
  return names;
}
const std::vector<std::string_view>& names_of(Destination) {
  static const std::vector<std::string_view> names = {"dram", "activation"};
  return names;
}

std::string shown(std::string_view text) {
  std::string out = "'";
  for (const char c : text.substr(0, 40)) out += (c >= 32 && c < 127) ? c : '?';
  return out + (text.size() > 40 ? "...'" : "'");
}

// Why a value was refused; the line is added by the caller.
[[noreturn]] void refuse(std::string_view key, std::string_view value, const std::string& allowed) {
  throw UserError(fmt::format("{} = {}: must be {}", key, shown(value), allowed));
}

// ---- values to text

std::string semaphores_to_text(std::uint16_t mask) {
  std::string text;
  for (int s = 0; s < kSemaphores; ++s)
    if ((mask >> s) & 1) text += fmt::format("{}{}", text.empty() ? "" : ",", s);
  return text;
}

template <class T>
std::string to_text(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    const auto& names = names_of(value);
    const auto index = static_cast<std::size_t>(value);
    return index < names.size() ? std::string(names[index]) : fmt::format("{}", index);  // illegal, but still readable
  } else if constexpr (std::is_same_v<T, float>) {
    if (std::isfinite(value)) return fmt::format("{}", value);
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return fmt::format("bits:{:#010x}", bits);
  } else {
    return fmt::format("{}", static_cast<std::int64_t>(value));
  }
}

// ---- text to values

std::uint64_t parse_unsigned(std::string_view key, std::string_view text, std::uint64_t max) {
  std::string_view digits = text;
  int base = 10;
  if (digits.size() > 2 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X')) {
    digits.remove_prefix(2);
    base = 16;
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc() || end != digits.data() + digits.size() || value > max)
    refuse(key, text, fmt::format("a number, 0 to {}", max));
  return value;
}

std::int32_t parse_signed(std::string_view key, std::string_view text, std::int64_t min, std::int64_t max) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < min || value > max)
    refuse(key, text, fmt::format("a decimal number, {} to {}", min, max));
  return static_cast<std::int32_t>(value);
}

float parse_float(std::string_view key, std::string_view text) {
  float value = 0;
  if (text.substr(0, 5) == "bits:") {
    const auto bits = static_cast<std::uint32_t>(parse_unsigned(key, text.substr(5), 0xffffffffu));
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    refuse(key, text, "a finite float32, or bits:0x and its bits");
  return value;
}

std::uint16_t parse_semaphores(std::string_view key, std::string_view text) {
  std::uint16_t mask = 0;
  std::vector<std::string> parts;
  boost::algorithm::split(parts, text, boost::algorithm::is_any_of(","));
  for (const std::string& part : parts) {
    const auto semaphore = parse_unsigned(key, part, kSemaphores - 1);
    if ((mask >> semaphore) & 1) refuse(key, text, "a list without a semaphore twice");
    mask = static_cast<std::uint16_t>(mask | (1u << semaphore));
  }
  return mask;
}

template <class T>
void parse_value(const Field& field, std::string_view text, T& value) {
  if constexpr (std::is_enum_v<T>) {
    const auto& names = names_of(value);
    const auto found = std::find(names.begin(), names.end(), text);
    if (found == names.end()) refuse(field.name, text, fmt::format("one of {}", fmt::join(names, ", ")));
    value = static_cast<T>(found - names.begin());
  } else if constexpr (std::is_same_v<T, float>) {
    value = parse_float(field.name, text);
  } else if constexpr (std::is_signed_v<T>) {
    value =
        static_cast<T>(parse_signed(field.name, text, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
  } else {
    value = static_cast<T>(parse_unsigned(field.name, text, field.mask()));
  }
}

struct Setting {
  std::string key, value;
};

// Names that fields had in earlier texts. They are read, never written.
std::string_view current_name(std::string_view key) { return key == "requantise" ? "requantize" : key; }

// `key=value` words of one line, after its first word. Each key may appear once.
std::vector<Setting> parse_settings(const std::vector<std::string>& words) {
  std::vector<Setting> settings;
  std::set<std::string> seen;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    if (equals == std::string::npos || equals == 0)
      throw UserError(fmt::format("{}: must be field=value", shown(words[i])));
    settings.push_back(
        {std::string(current_name(std::string_view(words[i]).substr(0, equals))), words[i].substr(equals + 1)});
    if (!seen.insert(settings.back().key).second)
      throw UserError(fmt::format("{} is given twice", shown(settings.back().key)));
  }
  return settings;
}

template <class T>
Instruction parse_instruction(const std::vector<Setting>& settings) {
  T instruction;
  for (const Setting& setting : settings) {
    if (setting.key == "wait") {
      instruction.common.wait_mask = parse_semaphores(setting.key, setting.value);
    } else if (setting.key == "post") {
      instruction.common.post_mask = parse_semaphores(setting.key, setting.value);
    } else if (setting.key == "tag") {
      instruction.common.tag = static_cast<std::uint32_t>(parse_unsigned(setting.key, setting.value, 0xffffffffu));
    } else {
      bool known = false;
      visit_fields(instruction, [&](const Field& field, auto& value) {
        if (field.name != setting.key) return;
        known = true;
        parse_value(field, setting.value, value);
      });
      if (!known) throw UserError(fmt::format("unknown field {}", shown(setting.key)));
    }
  }
  if (const auto reason = oversize_reason(instruction)) throw UserError(*reason);
  if (const auto reason = illegal_reason(encode(instruction))) throw UserError("illegal instruction: " + *reason);
  return instruction;
}

void parse_chip_directive(const std::vector<Setting>& settings, Program& program) {
  for (const Setting& setting : settings) {
    if (setting.key == "name") {
      if (const auto reason = chip_name_reason(setting.value)) throw UserError(*reason);
      program.chip_name = setting.value;
    } else if (setting.key == "fingerprint") {
      program.chip_fingerprint = parse_unsigned(setting.key, setting.value, ~0ull);
    } else {
      throw UserError(fmt::format("unknown key {} of .chip: must be name or fingerprint", shown(setting.key)));
    }
  }
}

void parse_line(std::string line, Program& program) {
  if (line.find('\0') != std::string::npos) throw UserError("a NUL byte");
  line = line.substr(0, line.find('#'));
  std::vector<std::string> words;
  boost::algorithm::split(words, line, boost::algorithm::is_any_of(" \t\r"), boost::algorithm::token_compress_on);
  words.erase(std::remove(words.begin(), words.end(), std::string()), words.end());
  if (words.empty()) return;
  const auto settings = parse_settings(words);
  if (words[0] == ".chip") {
    parse_chip_directive(settings, program);
    return;
  }
  const auto engine = std::find(kEngineNames.begin(), kEngineNames.end(), words[0]);
  if (engine == kEngineNames.end())
    throw UserError(fmt::format("{}: must be {} or .chip", shown(words[0]), fmt::join(kEngineNames, ", ")));
  visit_type(kEngineTable[engine - kEngineNames.begin()].opcode, [&](const auto& type) {
    program.instructions.push_back(parse_instruction<std::decay_t<decltype(type)>>(settings));
  });
}

}  // namespace

std::string disassemble(const Instruction& instruction) {
  std::string text = engine_name(engine_of(instruction));
  std::visit(
      [&](const auto& x) {
        // A default-made instruction of the same kind, walked in step with this one, tells which
        // fields to write.
        const std::decay_t<decltype(x)> defaults;
        std::vector<std::string> default_texts;
        visit_fields(defaults, [&](const Field&, const auto& value) { default_texts.push_back(to_text(value)); });
        std::size_t i = 0;
        visit_fields(x, [&](const Field& field, const auto& value) {
          const std::string value_text = to_text(value);
          if (value_text != default_texts[i++]) text += fmt::format(" {}={}", field.name, value_text);
        });
        if (x.common.wait_mask != 0) text += " wait=" + semaphores_to_text(x.common.wait_mask);
        if (x.common.post_mask != 0) text += " post=" + semaphores_to_text(x.common.post_mask);
        if (x.common.tag != 0) text += fmt::format(" tag={}", x.common.tag);
      },
      instruction);
  return text;
}

std::string disassemble(const Program& program) {
  std::string text;
  if (!program.chip_name.empty() || program.chip_fingerprint != 0) {
    text += ".chip";
    if (!program.chip_name.empty()) text += " name=" + program.chip_name;
    text += fmt::format(" fingerprint={:#018x}\n", program.chip_fingerprint);
  }
  for (const Instruction& instruction : program.instructions) text += disassemble(instruction) + "\n";
  return text;
}

Program assemble(const std::string& text, const std::string& file_name) {
  Program program;
  std::size_t begin = 0;
  for (int line = 1; begin < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    try {
      parse_line(text.substr(begin, end - begin), program);
    } catch (const UserError& error) {
      throw UserError(fmt::format("{}:{}: {}", file_name, line, error.what()));
    }
    begin = end + 1;
  }
  return program;
}

}  // namespace systole::isa
