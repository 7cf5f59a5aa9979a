// SPDX-License-Identifier: Apache-2.0
#include "report/numbers.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <stdexcept>

namespace systole::report {

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string grouped(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string bytes_text(std::uint64_t bytes) {
  static constexpr std::array<const char*, 4> kUnits = {"B", "KiB", "MiB", "GiB"};
  std::size_t unit = 0;
  double value = static_cast<double>(bytes);
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  const bool whole = value == std::floor(value) || value >= 100;
  return fmt::format("{:.{}f} {}", value, whole ? 0 : 1, kUnits[unit]);
}

std::string share_text(double share) {
  if (share == 0 || share == 1) return share == 0 ? "0 %" : "100 %";
  return fmt::format("{:.1f} %", 100 * share);
}

std::string rate_text(double per_second) {
  const char* unit = "";
  double value = per_second;
  for (const char* next : {" k", " M", " G"}) {
    if (value < 999.5) break;
    value /= 1000;
    unit = next;
  }
  const int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return fmt::format("{:.{}f}{}", value, decimals, unit);
}

std::string time_text(double seconds) {
  if (seconds == 0) return "0 s";
  const char* unit = " s";
  double value = seconds;
  for (const char* next : {" ms", " us", " ns"}) {
    if (value >= 0.9995) break;
    value *= 1000;
    unit = next;
  }
  const int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return fmt::format("{:.{}f}{}", value, decimals, unit);
}

std::string duration_text(double seconds) {
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string formatted(Format format, std::uint64_t value) {
  switch (format) {
    case Format::kPlain:
      return std::to_string(value);
    case Format::kGrouped:
      return grouped(value);
    case Format::kBytes:
      return bytes_text(value);
    default:
      return formatted(format, static_cast<double>(value));
  }
}

std::string formatted(Format format, double value) {
  switch (format) {
    case Format::kPlain:
      return fmt::format("{}", value);
    case Format::kGrouped:
      return grouped(static_cast<std::uint64_t>(value));
    case Format::kBytes:
      return bytes_text(static_cast<std::uint64_t>(value));
    case Format::kShare:
      return share_text(value);
    case Format::kRate:
      return rate_text(value);
    case Format::kDuration:
      return duration_text(value);
    case Format::kSignificant:
      return fmt::format("{:.3g}", value);
    case Format::kTime:
      return time_text(value);
    case Format::kGiga:
      return fmt::format("{:.2f}", value * 1e-9);
    case Format::kNone:
    case Format::kOrDash:
      break;
  }
  throw std::logic_error("a number in a format of texts");
}

}  // namespace systole::report
