// SPDX-License-Identifier: Apache-2.0
#include "mutation.hpp"

#include <algorithm>
#include <boost/crc.hpp>
#include <cctype>
#include <limits>
#include <sstream>
#include <utility>

namespace systole::fuzz {
namespace {

void mutate_once(std::string& bytes, Random& random) {
  const std::size_t at = random.below(bytes.size());
  const std::size_t length = 1 + random.below(std::min<std::size_t>(bytes.size() - at, random.one_in(4) ? 256 : 8));
  if (bytes.empty()) {
    bytes.assign(1 + random.below(16), static_cast<char>(random.bits()));
    return;
  }
  switch (random.below(8)) {
    case 0:
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
      break;
    case 1:
      for (std::size_t i = at; i < at + length && i < bytes.size(); ++i) bytes[i] = static_cast<char>(random.bits());
      break;
    case 2: {  // a little-endian number of 1, 2, 4 or 8 bytes
      const std::int64_t value = interesting_integer(random);
      const std::size_t width = std::size_t{1} << random.below(4);
      for (std::size_t i = 0; i < width && at + i < bytes.size(); ++i) {
        bytes[at + i] = static_cast<char>(value >> (8 * i));
      }
      break;
    }
    case 3:
      bytes.erase(at, length);
      break;
    case 4:
      bytes.insert(random.below(bytes.size() + 1), bytes.substr(at, length));
      break;
    case 5: {
      const std::size_t other = random.below(bytes.size());
      std::swap(bytes[at], bytes[other]);
      break;
    }
    case 6:
      bytes.insert(at, length, static_cast<char>(random.bits()));
      break;
    default:
      bytes.resize(at);
  }
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Replaces the digits at a random place by another number or by something that is no number.
void replace_number(std::string& text, Random& random) {
  std::vector<std::pair<std::size_t, std::size_t>> numbers;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end]))) ++end;
    if (end > i) numbers.emplace_back(i, end - i);
    i = end + 1;
  }
  if (numbers.empty()) return;
  static const std::vector<std::string> words = {
      "0x",   "1e400",      "-0", "nan",    "inf", "\"16\"", "true", "[16]", "{a=1}", "1_6", "99999999999999999999",
      "16.0", "1979-05-27", "''", "\"\"\"", "",    "0b",     "-0x1", "[[]]"};
  const auto [begin, length] = random.pick(numbers);
  text.replace(begin, length,
               random.one_in(3)   ? random.pick(words)
               : random.one_in(2) ? std::to_string(std::uint64_t{1} << random.below(64))
                                  : std::to_string(interesting_integer(random)));
}

}  // namespace

std::int64_t interesting_integer(Random& random) {
  using Limits = std::numeric_limits<std::int64_t>;
  static const std::vector<std::int64_t> values = {0,
                                                   1,
                                                   -1,
                                                   2,
                                                   3,
                                                   7,
                                                   8,
                                                   16,
                                                   127,
                                                   128,
                                                   255,
                                                   256,
                                                   -128,
                                                   65535,
                                                   65536,
                                                   0x7fffffff,
                                                   0x80000000,
                                                   0xffffffff,
                                                   0x100000000,
                                                   -0x80000000ll,
                                                   Limits::max(),
                                                   Limits::min(),
                                                   Limits::max() - 1,
                                                   std::int64_t{1} << 40,
                                                   std::int64_t{1} << 62,
                                                   46341,
                                                   3037000500};
  return random.one_in(4) ? static_cast<std::int64_t>(random.below(300)) : random.pick(values);
}

float interesting_float(Random& random) {
  using Limits = std::numeric_limits<float>;
  static const std::vector<float> values = {0.0f,
                                            -0.0f,
                                            1.0f,
                                            -1.0f,
                                            Limits::quiet_NaN(),
                                            Limits::infinity(),
                                            -Limits::infinity(),
                                            Limits::max(),
                                            Limits::min(),
                                            Limits::denorm_min(),
                                            -Limits::denorm_min(),
                                            1e-30f,
                                            1e30f,
                                            0.5f,
                                            1.0f / 255,
                                            2147483648.0f};
  return random.pick(values);
}

std::string mutate_bytes(std::string bytes, Random& random) {
  for (std::size_t n = 1 + random.below(4); n > 0; --n) mutate_once(bytes, random);
  return bytes;
}

std::string mutate_text(std::string text, Random& random) {
  if (random.one_in(4)) return mutate_bytes(std::move(text), random);
  for (std::size_t n = 1 + random.below(3); n > 0; --n) {
    std::vector<std::string> lines = lines_of(text);
    if (lines.empty()) return mutate_bytes(std::move(text), random);
    const std::size_t at = random.below(lines.size());
    switch (random.below(6)) {
      case 0:
        lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      case 1:
        lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(random.below(lines.size())), std::string(lines[at]));
        break;
      case 2:
        std::swap(lines[at], lines[random.below(lines.size())]);
        break;
      case 3:
        lines[at] = mutate_bytes(lines[at], random);
        break;
      default:
        replace_number(lines[at], random);
    }
    text.clear();
    for (const std::string& line : lines) text += line + '\n';
  }
  return text;
}

std::string repair_program(std::string bytes) {
  constexpr std::size_t kChecksumBytes = 4;
  if (bytes.size() < kChecksumBytes) return bytes;
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), bytes.size() - kChecksumBytes);
  for (std::size_t i = 0; i < kChecksumBytes; ++i) {
    bytes[bytes.size() - kChecksumBytes + i] = static_cast<char>(crc.checksum() >> (8 * i));
  }
  return bytes;
}

}  // namespace systole::fuzz
