// SPDX-License-Identifier: Apache-2.0
#include "support/printable.hpp"

#include <cstddef>
#include <cstdint>

namespace systole {

namespace {

// The bytes of the character at the beginning of `text`, and its number; 0 bytes if it is no UTF-8 (RFC 3629).
struct Character {
  std::size_t bytes = 0;
  std::uint32_t number = 0;
};
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {1, lead};
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || bytes > text.size()) return {};
  std::uint32_t number = lead & (0x7fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0u) != 0x80) return {};
    number = number << 6 | (byte(i) & 0x3fu);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (number < kLeast[bytes] || number > 0x10ffff || (number >= 0xd800 && number <= 0xdfff)) return {};
  return {bytes, number};
}

bool is_harmless(std::uint32_t number) {
  if (number < 0x20 || (number >= 0x7f && number < 0xa0)) return false;  // control characters
  const bool turns = number == 0x61c || number == 0x200e || number == 0x200f ||
                     (number >= 0x202a && number <= 0x202e) || (number >= 0x2066 && number <= 0x2069);
  return !turns && number != 0x2028 && number != 0x2029 && number != 0xfeff;
}

}  // namespace

std::string printable(std::string_view text, LineEnds line_ends) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string out;
  while (!text.empty()) {
    const Character character = first_character(text);
    const std::size_t bytes = character.bytes == 0 ? 1 : character.bytes;
    const bool stays =
        (character.bytes != 0 && is_harmless(character.number)) || (line_ends == LineEnds::kKept && text[0] == '\n');
    for (const char c : text.substr(0, bytes)) {
      if (stays) {
        out += c;
        continue;
      }
      const auto byte = static_cast<unsigned char>(c);
      out += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    }
    text.remove_prefix(bytes);
  }
  return out;
}

}  // namespace systole
