// SPDX-License-Identifier: Apache-2.0
//
// Are numbers written as documented, at each change of unit?
#include "report/numbers.hpp"

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
