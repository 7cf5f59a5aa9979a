// SPDX-License-Identifier: Apache-2.0
#include "platform/host.hpp"

#include <fmt/format.h>

#include <utility>

#include "support/error.hpp"

// How gcc, and how clang say it.
#if defined(__SANITIZE_ADDRESS__)
#define SYSTOLE_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SYSTOLE_ADDRESS_SANITIZER
#endif
#endif

#ifdef SYSTOLE_ADDRESS_SANITIZER
#include <pthread.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace systole::platform {

namespace {

constexpr std::size_t kHostStackBytes = 1 << 20;

void set_up(tlm::tlm_generic_payload& payload, tlm::tlm_command command, std::uint64_t address, std::uint8_t* data,
            std::size_t size) {
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(data);
  payload.set_data_length(static_cast<unsigned>(size));
  payload.set_streaming_width(static_cast<unsigned>(size));
}

// SystemC 2.3.4 tells the address sanitizer of its coroutines, but comes back to the main stack
// with bounds of zero, and the next exception there would be reported as an overflow of the stack.
// This tells the sanitizer the bounds again.
void restore_main_stack() {
#ifdef SYSTOLE_ADDRESS_SANITIZER
  pthread_attr_t attributes;
  void* stack = nullptr;
  std::size_t size = 0;
  if (::pthread_getattr_np(::pthread_self(), &attributes) != 0) return;
  if (::pthread_attr_getstack(&attributes, &stack, &size) == 0) {
    void* fake = nullptr;
    ::__sanitizer_start_switch_fiber(&fake, stack, size);
    ::__sanitizer_finish_switch_fiber(fake, nullptr, nullptr);
  }
  ::pthread_attr_destroy(&attributes);
#endif
}

}  // namespace

Host::Host(sc_core::sc_module_name name) : sc_module(name) {
  SC_THREAD(work);
  set_stack_size(kHostStackBytes);
}

void Host::work() {
  for (;;) {
    if (!job_) wait(job_event_);
    try {
      job_();
    } catch (const sc_core::sc_unwind_exception&) {
      throw;
    } catch (...) {
      failure_ = std::current_exception();
    }
    job_ = nullptr;
  }
}

void Host::execute(std::function<void()> job) {
  job_ = std::move(job);
  if (sc_core::sc_get_status() != sc_core::SC_ELABORATION) job_event_.notify(sc_core::SC_ZERO_TIME);
  sc_core::sc_start();  // returns when nobody has anything to do
  restore_main_stack();
  invariant(!job_, "the simulation ends when the host's job is done");
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

std::uint32_t Host::read_register(std::uint32_t address) {
  std::uint32_t value = 0;
  tlm::tlm_generic_payload payload;
  set_up(payload, tlm::TLM_READ_COMMAND, address, reinterpret_cast<std::uint8_t*>(&value), sizeof value);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  registers->b_transport(payload, delay);
  if (!payload.is_response_ok()) throw DesignError(fmt::format("the chip refuses to read register {:#05x}", address));
  return value;
}

void Host::write_register(std::uint32_t address, std::uint32_t value) {
  tlm::tlm_generic_payload payload;
  set_up(payload, tlm::TLM_WRITE_COMMAND, address, reinterpret_cast<std::uint8_t*>(&value), sizeof value);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  registers->b_transport(payload, delay);
  if (!payload.is_response_ok()) throw DesignError(fmt::format("the chip refuses to write register {:#05x}", address));
}

std::uint64_t Host::read_register_pair(std::uint32_t address) {
  const std::uint64_t low = read_register(address);
  return low | static_cast<std::uint64_t>(read_register(address + 4)) << 32;
}

void Host::write_register_pair(std::uint32_t address, std::uint64_t value) {
  write_register(address, static_cast<std::uint32_t>(value));
  write_register(address + 4, static_cast<std::uint32_t>(value >> 32));
}

Counters Host::read_counters() {
  Counters counters = {};
  for (std::size_t k = 0; k < kCounters; ++k) counters[k] = read_register_pair(counter_address(k));
  return counters;
}

void Host::write_memory(std::uint64_t address, const std::uint8_t* bytes, std::size_t size) {
  tlm::tlm_generic_payload payload;
  set_up(payload, tlm::TLM_WRITE_COMMAND, address, const_cast<std::uint8_t*>(bytes), size);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  memory->b_transport(payload, delay);
  if (!payload.is_response_ok())
    throw UserError(fmt::format("{} bytes at DRAM address {:#x} do not fit in the DRAM", size, address));
}

}  // namespace systole::platform
