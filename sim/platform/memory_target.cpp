// SPDX-License-Identifier: Apache-2.0
#include "platform/memory_target.hpp"

#include <cstring>

#include "support/error.hpp"

namespace systole::platform {

MemoryTarget::MemoryTarget(sc_core::sc_module_name name) : sc_module(name) {
  socket.register_b_transport(this, &MemoryTarget::b_transport);
}

void MemoryTarget::b_transport(int /*initiator*/, tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  invariant(dram_ != nullptr, "a memory is attached before the simulation runs");
  const std::uint64_t address = payload.get_address();
  const std::size_t length = payload.get_data_length();
  if (!dram_->holds(address, length)) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  std::uint8_t* bytes = dram_->at(address);
  if (payload.is_write()) dram_->note_write(address + length);
  const std::uint8_t* enables = payload.get_byte_enable_ptr();
  if (payload.is_read()) {
    std::memcpy(payload.get_data_ptr(), bytes, length);
  } else if (enables == nullptr) {
    std::memcpy(bytes, payload.get_data_ptr(), length);
  } else {
    const std::size_t enable_length = payload.get_byte_enable_length();
    for (std::size_t i = 0; i < length; ++i)
      if (enables[i % enable_length] == TLM_BYTE_ENABLED) bytes[i] = payload.get_data_ptr()[i];
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

}  // namespace systole::platform
