// SPDX-License-Identifier: Apache-2.0
//
// The DRAM as a TLM-2.0 target: it moves the bytes and takes no time (models/memory models the time, at the
// AXI pins). An access that is not completely inside the DRAM gets TLM_ADDRESS_ERROR_RESPONSE, which the
// bridge makes an AXI SLVERR.
#pragma once

#include <tlm_utils/multi_passthrough_target_socket.h>

#include <systemc>
#include <tlm>

#include "platform/dram.hpp"

namespace systole::platform {

class MemoryTarget : public sc_core::sc_module {
 public:
  tlm_utils::multi_passthrough_target_socket<MemoryTarget> socket{"socket"};  // the bridge, the host

  explicit MemoryTarget(sc_core::sc_module_name name);

  // The bytes behind the socket from now on; the caller keeps them alive while a simulation runs.
  void attach(Dram& dram) { dram_ = &dram; }

 private:
  void b_transport(int initiator, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);

  Dram* dram_ = nullptr;
};

}  // namespace systole::platform
