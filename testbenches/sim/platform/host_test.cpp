// SPDX-License-Identifier: Apache-2.0
//
// Does the host do one job after the other, and does it say what a bus refuses?
#include "platform/host.hpp"

#include <tlm_utils/simple_target_socket.h>

#include <cstdlib>
#include <cstring>
#include <map>

#include "catch.hpp"
#include "platform/memory_target.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::platform;

namespace {

constexpr std::uint64_t kMemoryBytes = 256;
constexpr std::uint32_t kRefused = 0xFF0;  // the register that answers with an error

// Registers as a table; each access takes a nanosecond.
struct RegisterFile : sc_core::sc_module {
  tlm_utils::simple_target_socket<RegisterFile> socket{"socket"};
  std::map<std::uint64_t, std::uint32_t> values;
  explicit RegisterFile(sc_core::sc_module_name name) : sc_module(name) {
    socket.register_b_transport(this, &RegisterFile::b_transport);
  }
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
    wait(sc_core::sc_time(1, sc_core::SC_NS));
    std::uint32_t& value = values[payload.get_address()];
    if (payload.is_write())
      std::memcpy(&value, payload.get_data_ptr(), 4);
    else
      std::memcpy(payload.get_data_ptr(), &value, 4);
    payload.set_response_status(payload.get_address() == kRefused ? tlm::TLM_GENERIC_ERROR_RESPONSE
                                                                  : tlm::TLM_OK_RESPONSE);
  }
};

// SystemC knows one elaboration a process.
struct Bench {
  RegisterFile registers{"registers"};
  MemoryTarget memory{"memory"};
  Host host{"host"};
  Dram dram{kMemoryBytes};
  Bench() {
    ::setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);
    host.registers.bind(registers.socket);
    host.memory.bind(memory.socket);
    memory.attach(dram);
  }
};

Bench& bench() {
  static Bench* const instance = new Bench;  // never deleted: the kernel refers to it until the process ends
  return *instance;
}
Host& host() { return bench().host; }

}  // namespace

TEST_CASE("a job is done when the call returns, its time has passed, and the next one follows") {
  std::uint32_t value = 0;
  const sc_core::sc_time before = sc_core::sc_time_stamp();
  host().execute([&] { host().write_register(0x10, 42); });
  host().execute([&] { value = host().read_register(0x10); });
  CHECK(value == 42);
  CHECK(sc_core::sc_time_stamp() - before == sc_core::sc_time(2, sc_core::SC_NS));
}

TEST_CASE("a pair of registers is 64 bits, the low word first") {
  std::uint64_t value = 0;
  host().execute([&] {
    host().write_register_pair(0x20, 0x1122334455667788);
    value = host().read_register_pair(0x20);
  });
  CHECK(value == 0x1122334455667788);
  CHECK(bench().registers.values[0x20] == 0x55667788);
  CHECK(bench().registers.values[0x24] == 0x11223344);
}

TEST_CASE("the counters are read from their registers in their order") {
  for (std::size_t k = 0; k < kCounters; ++k) {
    bench().registers.values[counter_address(k)] = static_cast<std::uint32_t>(k);
    bench().registers.values[counter_address(k) + 4] = 1;
  }
  Counters counters = {};
  host().execute([&] { counters = host().read_counters(); });
  for (std::size_t k = 0; k < kCounters; ++k) CHECK(counters[k] == (std::uint64_t{1} << 32) + k);
}

TEST_CASE("what a bus refuses names the address, and the host works on") {
  CHECK_THROWS_WITH(host().execute([] { host().read_register(kRefused); }), Contains("refuses to read register 0xff0"));
  CHECK_THROWS_AS(host().execute([] { host().write_register(kRefused, 1); }), DesignError);
  const std::uint8_t bytes[2] = {7, 8};
  CHECK_THROWS_WITH(host().execute([&] { host().write_memory(kMemoryBytes - 1, bytes, 2); }),
                    Contains("2 bytes") && Contains("0xff"));
  CHECK_THROWS_AS(host().execute([&] { host().write_memory(kMemoryBytes - 1, bytes, 2); }), UserError);
  host().execute([&] { host().write_memory(kMemoryBytes - 2, bytes, 2); });
  CHECK(*bench().dram.at(kMemoryBytes - 1) == 8);
}

TEST_CASE("an error that a job throws itself comes out of execute") {
  CHECK_THROWS_WITH(host().execute([] { throw UserError("mine"); }), "mine");
}
