// SPDX-License-Identifier: Apache-2.0
//
// Does every burst at the chip's pins become one transaction, and come back as the beats and responses that AXI wants?
#include "platform/axi_to_tlm.hpp"

#include <cstdlib>
#include <cstring>
#include <numeric>

#include "catch.hpp"
#include "platform/memory_target.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::platform;

namespace {

constexpr std::uint32_t kBeatBytes = 8;
constexpr std::uint64_t kSize = 1 << 16;

// SystemC knows one elaboration a process: one bridge, with another memory for each test.
struct Bench {
  MemoryTarget target{"target"};
  AxiToTlm bridge{"bridge"};
  Bench() {
    ::setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);
    bridge.socket.bind(target.socket);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
};

class Setup {
 public:
  Setup() {
    std::vector<std::uint8_t> bytes(kSize);
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
    dram.write(0, bytes.data(), bytes.size());
    bench().target.attach(dram);
    bridge().reset(kBeatBytes);
  }
  static Bench& bench() {
    static Bench* const instance = new Bench;  // never deleted: the kernel refers to it until the process ends
    return *instance;
  }
  static AxiToTlm& bridge() { return bench().bridge; }

  // The next R beat.
  std::vector<std::uint8_t> read_beat(bool last) {
    ChipInputs in;
    in.m_r_last = last;
    bridge().show_r(in);
    response = in.m_r_resp;
    std::vector<std::uint8_t> bytes(kBeatBytes);
    std::memcpy(bytes.data(), in.m_r_data.data(), kBeatBytes);
    return bytes;
  }
  void write_beat(std::uint8_t value, std::uint32_t strobe, bool last) {
    ChipOutputs out;
    std::memset(out.m_w_data.data(), value, kBeatBytes);
    out.m_w_strb[0] = strobe;
    out.m_w_last = last;
    bridge().accept_w(out);
  }
  std::uint8_t write_response() {
    ChipInputs in;
    bridge().show_b(in);
    return in.m_b_resp;
  }
  std::uint8_t byte_at(std::uint64_t address) const { return *dram.at(address); }

  Dram dram{kSize};
  std::uint8_t response = 0;
};

std::vector<std::uint8_t> count_from(std::uint8_t first) {
  std::vector<std::uint8_t> bytes(kBeatBytes);
  std::iota(bytes.begin(), bytes.end(), first);
  return bytes;
}

constexpr std::uint8_t kOkay = 0, kSlverr = 2;

}  // namespace

TEST_CASE("a read's beats are the bytes of its aligned addresses, bursts in the order of their acceptance") {
  Setup s;
  s.bridge().accept_ar({1, 0x1003, 2});
  s.bridge().accept_ar({0, 0x2010, 1});
  CHECK(s.read_beat(false) == count_from(0x00));
  CHECK(s.read_beat(true) == count_from(0x08));
  CHECK(s.read_beat(true) == count_from(0x10));
  CHECK(s.response == kOkay);
}

TEST_CASE("a read takes its bytes when it is accepted, not when they are shown") {
  Setup s;
  s.bridge().accept_ar({1, 0x1000, 1});
  const std::uint8_t other = 0xEE;
  s.dram.write(0x1000, &other, 1);
  CHECK(s.read_beat(true) == count_from(0x00));
}

TEST_CASE("a read outside of the memory is an error on each of its beats, and zero") {
  Setup s;
  s.bridge().accept_ar({1, kSize - kBeatBytes, 2});
  CHECK(s.read_beat(false) == std::vector<std::uint8_t>(kBeatBytes, 0));
  CHECK(s.response == kSlverr);
  s.read_beat(true);
  CHECK(s.response == kSlverr);
  s.bridge().accept_ar({1, kSize - kBeatBytes, 1});
  s.read_beat(true);
  CHECK(s.response == kOkay);
}

TEST_CASE("a write is done with its last beat, the bytes without a strobe left alone") {
  Setup s;
  s.bridge().accept_aw({2, 0x3000, 2});
  s.write_beat(0xAA, 0xFF, false);
  CHECK(s.byte_at(0x3000) == 0x00);
  s.write_beat(0xBB, 0x0F, true);
  CHECK(s.byte_at(0x3000) == 0xAA);
  CHECK(s.byte_at(0x300B) == 0xBB);
  CHECK(s.byte_at(0x300C) == 0x0C);
  CHECK(s.write_response() == kOkay);
}

TEST_CASE("a write whose address comes behind its data is done with the address") {
  Setup s;
  s.write_beat(0xAA, 0xFF, true);
  CHECK(s.byte_at(0x3000) == 0x00);
  s.bridge().accept_aw({2, 0x3000, 1});
  CHECK(s.byte_at(0x3000) == 0xAA);
  CHECK(s.write_response() == kOkay);
}

TEST_CASE("a write outside of the memory is an error on its response, and the next one is none") {
  Setup s;
  s.bridge().accept_aw({2, kSize, 1});
  s.write_beat(0xAA, 0xFF, true);
  s.bridge().accept_aw({2, 0x3000, 1});
  s.write_beat(0xAA, 0xFF, true);
  CHECK(s.write_response() == kSlverr);
  CHECK(s.write_response() == kOkay);
}

TEST_CASE("a reset forgets what was in flight") {
  Setup s;
  s.bridge().accept_ar({1, 0x1000, 1});
  s.bridge().accept_aw({2, 0x3000, 1});
  s.bridge().reset(kBeatBytes);
  s.write_beat(0xAA, 0xFF, true);
  CHECK(s.byte_at(0x3000) == 0x00);
  ChipInputs in;
  CHECK_THROWS_AS(s.bridge().show_r(in), InternalError);
  CHECK_THROWS_AS(s.bridge().show_b(in), InternalError);
}
