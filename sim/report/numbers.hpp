// SPDX-License-Identifier: Apache-2.0
//
// Numbers in the form of the reports for people. Independent of the locale.
#pragma once

#include <cstdint>
#include <string>

namespace systole::report {

double share(std::uint64_t part, std::uint64_t whole);  // 0 to 1; of nothing 0

std::string grouped(std::uint64_t value);     // 1,234,567
std::string bytes_text(std::uint64_t bytes);  // 512 B, 1.5 KiB, 128 KiB, 1 GiB
std::string share_text(double share);         // 0.8765 -> 87.7 %; 0 and 1 are exact: 0 %, 100 %
std::string rate_text(double per_second);     // 987 k, 1.02 M: three significant digits
std::string time_text(double seconds);        // 0 s, 312 ns, 4.56 us, 78.9 ms, 1.23 s
std::string duration_text(double seconds);    // 0.4 s, 12 s, 3 min 20 s, 2 h 5 min

// How a value of a report reads in the terminal.
enum class Format {
  kNone,    // not at all
  kPlain,   // as it is
  kOrDash,  // a text; "-" if it is empty
  kGrouped,
  kBytes,
  kShare,
  kRate,
  kDuration,
  kSignificant,  // three digits
  kTime,         // seconds, in the unit that fits
  kGiga          // 10^9 of the unit, two decimals
};

// A number. Formats of texts are std::logic_error.
std::string formatted(Format format, std::uint64_t value);
std::string formatted(Format format, double value);

}  // namespace systole::report
