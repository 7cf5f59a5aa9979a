// SPDX-License-Identifier: Apache-2.0
#include "export/images.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace systole::exporting {

namespace {

constexpr std::uint64_t kBytesPerLine = 16;
constexpr std::uint64_t kNone = ~std::uint64_t{0};

bool any_nonzero(const std::uint8_t* begin, const std::uint8_t* end) {
  return std::any_of(begin, end, [](std::uint8_t byte) { return byte != 0; });
}

// A line for each word that `wanted(first byte, end)` names; `digits(i)` are those of byte i.
template <typename Wanted, typename Digits>
std::string words_text(std::uint64_t size, std::uint32_t word_bytes, Wanted wanted, Digits digits) {
  std::string text;
  std::uint64_t next = kNone;
  for (std::uint64_t word = 0; word * word_bytes < size; ++word) {
    const std::uint64_t begin = word * word_bytes;
    if (!wanted(begin, std::min(size, begin + word_bytes))) continue;
    if (word != next) text += fmt::format("@{:x}\n", word);
    for (std::uint64_t i = begin + word_bytes; i-- > begin;) text += digits(i);
    text += "\n";
    next = word + 1;
  }
  return text;
}

}  // namespace

std::string nonzero_bytes(const std::uint8_t* bytes, std::uint64_t size) {
  std::string text;
  std::uint64_t next = kNone;
  for (std::uint64_t line = 0; line < size; line += kBytesPerLine) {
    const std::uint64_t end = std::min(size, line + kBytesPerLine);
    if (!any_nonzero(bytes + line, bytes + end)) continue;
    if (line != next) text += fmt::format("@{:x}\n", line);
    for (std::uint64_t i = line; i < end; ++i) text += fmt::format("{}{:02x}", i == line ? "" : " ", bytes[i]);
    text += "\n";
    next = end;
  }
  return text;
}

std::string written_bytes(const std::uint8_t* bytes, const std::vector<bool>& written) {
  std::string text;
  std::uint64_t in_line = 0;
  for (std::uint64_t i = 0; i < written.size(); ++i) {
    if (!written[i]) continue;
    if (i == 0 || !written[i - 1]) {
      text += fmt::format("{}@{:x}\n", in_line == 0 ? "" : "\n", i);
      in_line = 0;
    }
    text += fmt::format("{}{:02x}", in_line == 0 ? "" : " ", bytes[i]);
    if (++in_line == kBytesPerLine) {
      text += "\n";
      in_line = 0;
    }
  }
  return in_line == 0 ? text : text + "\n";
}

std::string nonzero_words(const std::uint8_t* bytes, std::uint64_t size, std::uint32_t word_bytes) {
  return words_text(
      size, word_bytes,
      [bytes](std::uint64_t begin, std::uint64_t end) { return any_nonzero(bytes + begin, bytes + end); },
      [bytes, size](std::uint64_t i) { return i < size ? fmt::format("{:02x}", bytes[i]) : std::string("00"); });
}

std::string written_words(const std::uint8_t* bytes, const std::vector<bool>& written, std::uint32_t word_bytes) {
  const auto is_written = [&written](std::uint64_t i) { return i < written.size() && written[i]; };
  return words_text(
      written.size(), word_bytes,
      [&](std::uint64_t begin, std::uint64_t end) {
        for (std::uint64_t i = begin; i < end; ++i)
          if (written[i]) return true;
        return false;
      },
      [&](std::uint64_t i) { return is_written(i) ? fmt::format("{:02x}", bytes[i]) : std::string("xx"); });
}

}  // namespace systole::exporting
