// SPDX-License-Identifier: Apache-2.0
//
// The host processor: a thread that does one job at a time, with a bus to the chip's registers and
// one to the DRAM.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <systemc>
#include <tlm>

#include "platform/registers.hpp"

namespace systole::platform {

class Host : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Host> registers{"registers"};
  tlm_utils::simple_initiator_socket<Host> memory{"memory"};

  explicit Host(sc_core::sc_module_name name);
  SC_HAS_PROCESS(Host);

  // Called from outside the simulation: runs the simulation until `job` has returned, then throws the job's exception,
  // if any.
  void execute(std::function<void()> job);

  // For jobs. A register answer other than OKAY is a DesignError, a DRAM address outside of the
  // DRAM a UserError.
  std::uint32_t read_register(std::uint32_t address);
  void write_register(std::uint32_t address, std::uint32_t value);
  std::uint64_t read_register_pair(std::uint32_t address);
  void write_register_pair(std::uint32_t address, std::uint64_t value);
  Counters read_counters();
  void write_memory(std::uint64_t address, const std::uint8_t* bytes, std::size_t size);

 private:
  void work();  // the thread

  std::function<void()> job_;
  std::exception_ptr failure_;
  sc_core::sc_event job_event_;
};

}  // namespace systole::platform
