// SPDX-License-Identifier: Apache-2.0
//
// Are numbers written as documented, at each change of unit?
#include "report/numbers.hpp"

#include <stdexcept>

#include "catch.hpp"

using namespace systole::report;

TEST_CASE("digits are grouped by three") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(1234567) == "1,234,567");
  CHECK(grouped(UINT64_MAX) == "18,446,744,073,709,551,615");
}

TEST_CASE("bytes change unit at 1024") {
  CHECK(bytes_text(1023) == "1023 B");
  CHECK(bytes_text(1024) == "1 KiB");
  CHECK(bytes_text(1536) == "1.5 KiB");
  CHECK(bytes_text(240 * 1024) == "240 KiB");
  CHECK(bytes_text(1ull << 30) == "1 GiB");
  CHECK(bytes_text(1ull << 42) == "4096 GiB");
}

TEST_CASE("shares are exact at both ends only") {
  CHECK(share_text(0) == "0 %");
  CHECK(share_text(1) == "100 %");
  CHECK(share_text(0.9999) == "100.0 %");
  CHECK(share_text(0.4301) == "43.0 %");
}

TEST_CASE("rates have three digits") {
  CHECK(rate_text(999) == "999");
  CHECK(rate_text(1000) == "1.00 k");
  CHECK(rate_text(633810) == "634 k");
  CHECK(rate_text(999600) == "1.00 M");
  CHECK(rate_text(12345678) == "12.3 M");
}

TEST_CASE("durations change unit at a minute and an hour") {
  CHECK(duration_text(0.44) == "0.4 s");
  CHECK(duration_text(59.4) == "59 s");
  CHECK(duration_text(59.6) == "1 min 0 s");
  CHECK(duration_text(3599) == "59 min 59 s");
  CHECK(duration_text(3600) == "1 h 0 min");
}

TEST_CASE("a time is in the unit that fits it, with three digits") {
  CHECK(time_text(0) == "0 s");
  CHECK(time_text(300e-9) == "300 ns");
  CHECK(time_text(0.9999e-6) == "1.00 us");
  CHECK(time_text(2.942846e-3) == "2.94 ms");
  CHECK(time_text(12.34) == "12.3 s");
}

TEST_CASE("a share of nothing is nothing, nowhere all of it") {
  CHECK(share(0, 0) == 0);
  CHECK(share(1, 4) == 0.25);
}

TEST_CASE("a value reads as its format says, whole or not") {
  CHECK(formatted(Format::kPlain, std::uint64_t{1234}) == "1234");
  CHECK(formatted(Format::kGrouped, std::uint64_t{1234}) == "1,234");
  CHECK(formatted(Format::kGrouped, 1234.0) == "1,234");
  CHECK(formatted(Format::kBytes, std::uint64_t{1536}) == "1.5 KiB");
  CHECK(formatted(Format::kShare, 0.25) == "25.0 %");
  CHECK(formatted(Format::kRate, 633810.0) == "634 k");
  CHECK(formatted(Format::kDuration, std::uint64_t{61}) == "1 min 1 s");
  CHECK(formatted(Format::kSignificant, 0.031490) == "0.0315");
  CHECK(formatted(Format::kSignificant, 8.192) == "8.19");
  CHECK(formatted(Format::kTime, 0.25) == "250 ms");
  CHECK(formatted(Format::kGiga, 2.5e9) == "2.50");
  CHECK_THROWS_AS(formatted(Format::kOrDash, 1.0), std::logic_error);
  CHECK_THROWS_AS(formatted(Format::kNone, std::uint64_t{1}), std::logic_error);
}
