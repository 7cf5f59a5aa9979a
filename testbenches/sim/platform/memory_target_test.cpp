// SPDX-License-Identifier: Apache-2.0
//
// Does a transaction move its bytes, and only those that it enables and the memory has?
#include "platform/memory_target.hpp"

#include <tlm_utils/simple_initiator_socket.h>

#include <cstdlib>
#include <vector>

#include "catch.hpp"

using namespace systole::platform;

namespace {

constexpr std::uint64_t kSize = 4096;

struct Initiator : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<Initiator> socket{"socket"};
  explicit Initiator(sc_core::sc_module_name name) : sc_module(name) {}
};

// SystemC knows one elaboration a process.
struct Bench {
  Initiator initiator{"initiator"};
  MemoryTarget target{"memory"};
  Bench() {
    ::setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);
    initiator.socket.bind(target.socket);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
};

Bench& bench() {
  static Bench* const instance = new Bench;  // never deleted: the kernel refers to it until the process ends
  return *instance;
}

tlm::tlm_response_status transport(tlm::tlm_command command, std::uint64_t address, std::vector<std::uint8_t>& bytes,
                                   std::vector<std::uint8_t> enables = {}) {
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(bytes.data());
  payload.set_data_length(static_cast<unsigned>(bytes.size()));
  payload.set_streaming_width(static_cast<unsigned>(bytes.size()));
  payload.set_byte_enable_ptr(enables.empty() ? nullptr : enables.data());
  payload.set_byte_enable_length(static_cast<unsigned>(enables.size()));
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  bench().initiator.socket->b_transport(payload, delay);
  CHECK(delay == sc_core::SC_ZERO_TIME);
  return payload.get_response_status();
}

}  // namespace

TEST_CASE("what is written is read, and the memory knows how far it was written") {
  Dram dram(kSize);
  bench().target.attach(dram);
  std::vector<std::uint8_t> bytes = {1, 2, 3}, read(3);
  CHECK(transport(tlm::TLM_WRITE_COMMAND, 100, bytes) == tlm::TLM_OK_RESPONSE);
  CHECK(transport(tlm::TLM_READ_COMMAND, 100, read) == tlm::TLM_OK_RESPONSE);
  CHECK(read == bytes);
  CHECK(dram.written_end() == 103);
}

TEST_CASE("bytes that are not enabled stay, and a short list of enables repeats") {
  Dram dram(kSize);
  bench().target.attach(dram);
  std::vector<std::uint8_t> bytes = {1, 2, 3, 4};
  CHECK(transport(tlm::TLM_WRITE_COMMAND, 0, bytes, {TLM_BYTE_ENABLED, TLM_BYTE_DISABLED}) == tlm::TLM_OK_RESPONSE);
  CHECK(*dram.at(0) == 1);
  CHECK(*dram.at(1) == 0);
  CHECK(*dram.at(2) == 3);
  CHECK(*dram.at(3) == 0);
}

TEST_CASE("an access that is not wholly inside is refused and changes nothing") {
  Dram dram(kSize);
  bench().target.attach(dram);
  std::vector<std::uint8_t> bytes = {1, 2};
  CHECK(transport(tlm::TLM_WRITE_COMMAND, kSize - 1, bytes) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(*dram.at(kSize - 1) == 0);
  CHECK(dram.written_end() == 0);
  CHECK(transport(tlm::TLM_READ_COMMAND, kSize, bytes) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
  CHECK(transport(tlm::TLM_READ_COMMAND, ~0ull, bytes) == tlm::TLM_ADDRESS_ERROR_RESPONSE);
}
