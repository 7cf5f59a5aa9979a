// SPDX-License-Identifier: Apache-2.0
//
// Does the AXI checker notice each broken rule, and nothing in a correct exchange?
#include "platform/axi_checker.hpp"

#include <string>

#include "catch.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::platform;

namespace {

struct Bench {
  AxiChecker checker{16};
  ChipInputs in;
  ChipOutputs out;
  std::uint64_t cycle = 0;

  Bench() {
    out.m_ar_size = out.m_aw_size = 4;
    out.m_aw_id = 2;
  }
  void step() { checker.check(cycle++, in, out); }
  std::string complaint() {
    try {
      step();
    } catch (const DesignError& error) {
      return error.what();
    }
    return "";
  }
  void show_ar(std::uint64_t address, std::uint8_t len, std::uint8_t id = 1) {
    out.m_ar_valid = true;
    out.m_ar_addr = address;
    out.m_ar_len = len;
    out.m_ar_id = id;
  }
  void show_aw(std::uint64_t address, std::uint8_t len) {
    out.m_aw_valid = true;
    out.m_aw_addr = address;
    out.m_aw_len = len;
  }
  void send_w(bool last) {
    out.m_w_valid = in.m_w_ready = true;
    out.m_w_last = last;
    step();
    out.m_w_valid = in.m_w_ready = false;
  }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a correct read and a correct write pass") {
  Bench bench;
  bench.show_ar(0x1000, 1);
  bench.step();
  bench.step();
  bench.in.m_ar_ready = true;
  bench.step();
  bench.out.m_ar_valid = false;
  bench.in.m_r_valid = true;
  bench.in.m_r_id = 1;
  bench.step();
  bench.in.m_r_last = true;
  bench.step();
  bench.in.m_r_valid = false;

  bench.send_w(false);  // data may come before the address
  bench.send_w(true);
  bench.show_aw(0x2000, 1);
  bench.in.m_aw_ready = true;
  bench.step();
  bench.out.m_aw_valid = false;
  bench.in.m_b_valid = true;
  bench.step();
}

TEST_CASE("a held channel must not change") {
  Bench ar;
  ar.show_ar(0x1000, 1);
  ar.step();
  ar.out.m_ar_len = 2;
  CHECK(has(ar.complaint(), "cycle 1: AXI: AR changed"));
  Bench gone;
  gone.show_ar(0x1000, 1);
  gone.step();
  gone.out.m_ar_valid = false;
  CHECK(has(gone.complaint(), "AR changed"));
  Bench aw;
  aw.show_aw(0x1000, 1);
  aw.step();
  aw.out.m_aw_addr = 0x1010;
  CHECK(has(aw.complaint(), "AW changed"));
  Bench data;
  data.out.m_w_valid = true;
  data.step();
  data.out.m_w_data[3] ^= 1;
  CHECK(has(data.complaint(), "W changed"));
  Bench strobe;
  strobe.out.m_w_valid = true;
  strobe.step();
  strobe.out.m_w_strb[0] ^= 0x8000;
  CHECK(has(strobe.complaint(), "W changed"));
}

TEST_CASE("a burst may touch the end of a 4 KiB page and not the next one") {
  Bench fits;
  fits.show_ar(0x1F00, 15);
  CHECK(fits.complaint().empty());
  Bench crosses;
  crosses.show_ar(0x1F10, 15);
  CHECK(has(crosses.complaint(), "crosses 4 KiB"));
  Bench write;
  write.show_aw(0x1FF0, 1);
  CHECK(has(write.complaint(), "crosses 4 KiB"));
}

TEST_CASE("type, size and ID of a burst are the documented ones") {
  Bench burst;
  burst.show_ar(0, 0);
  burst.out.m_ar_burst = 2;
  CHECK(has(burst.complaint(), "not INCR"));
  Bench size;
  size.show_aw(0, 0);
  size.out.m_aw_size = 3;
  CHECK(has(size.complaint(), "AW size is 3"));
  Bench read_id;
  read_id.show_ar(0, 0, 2);
  CHECK(has(read_id.complaint(), "AR has ID 2"));
  Bench write_id;
  write_id.show_aw(0, 0);
  write_id.out.m_aw_id = 1;
  CHECK(has(write_id.complaint(), "AW has ID 1"));
}

TEST_CASE("WLAST stands on the last beat and nowhere else") {
  Bench early;
  early.show_aw(0, 2);
  early.in.m_aw_ready = true;
  early.step();
  early.out.m_aw_valid = false;
  early.send_w(false);
  early.out.m_w_valid = early.in.m_w_ready = early.out.m_w_last = true;
  CHECK(has(early.complaint(), "WLAST on beat 2 of a write of 3 beats"));
  Bench late;
  late.show_aw(0, 1);
  late.in.m_aw_ready = true;
  late.step();
  late.out.m_aw_valid = false;
  late.send_w(false);
  late.out.m_w_valid = late.in.m_w_ready = true;
  late.out.m_w_last = false;
  CHECK(has(late.complaint(), "no WLAST"));
}

TEST_CASE("the chip accepts every answer") {
  Bench r;
  r.out.m_r_ready = false;
  CHECK(has(r.complaint(), "RREADY is 0"));
  Bench b;
  b.out.m_b_ready = false;
  CHECK(has(b.complaint(), "BREADY is 0"));
}

TEST_CASE("a memory that answers what nobody asked is a bug of ours") {
  Bench r;
  r.in.m_r_valid = true;
  CHECK_THROWS_AS(r.step(), InternalError);
  Bench b;
  b.show_aw(0, 0);
  b.in.m_aw_ready = true;
  b.step();
  b.out.m_aw_valid = false;
  b.in.m_b_valid = true;
  CHECK_THROWS_AS(b.step(), InternalError);
}
