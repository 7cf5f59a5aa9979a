// SPDX-License-Identifier: Apache-2.0
#include "platform/chip_module.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "platform/registers.hpp"
#include "support/error.hpp"

namespace systole::platform {

namespace {
constexpr std::uint64_t kRegisterTimeoutCycles = 10'000;
constexpr std::size_t kClockStackBytes = 1 << 20;
}  // namespace

ChipModule::ChipModule(sc_core::sc_module_name name, AxiToTlm& bridge) : sc_module(name), bridge_(bridge) {
  registers.register_b_transport(this, &ChipModule::b_transport);
  SC_THREAD(clock);
  set_stack_size(kClockStackBytes);
}

void ChipModule::attach(const ChipUnderTest& chip) {
  under_test_ = chip;
  timing_.reset();
  checker_ = std::make_unique<AxiChecker>(chip.beat_bytes);
  bridge_.reset(chip.beat_bytes);
  in_ = {};
  out_ = {};
}

void ChipModule::clock() {
  for (;;) {
    if (work_ == Work::kNone) wait(work_event_);
    const std::uint64_t before = clocks_;
    try {
      run_work();
    } catch (const sc_core::sc_unwind_exception&) {
      throw;
    } catch (...) {
      failure_ = std::current_exception();
    }
    const double period_ps = 1e6 / under_test_.clock_mhz;
    wait(sc_core::sc_time(static_cast<double>(clocks_ - before) * period_ps, sc_core::SC_PS));
    work_ = Work::kNone;
    done_event_.notify();
  }
}

void ChipModule::do_work(Work work) {
  work_ = work;
  work_event_.notify();
  wait(done_event_);
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void ChipModule::reset(std::uint32_t cycles) {
  cycles_to_run_ = cycles;
  do_work(Work::kReset);
}

void ChipModule::run_cycles(std::uint64_t cycles) {
  cycles_to_run_ = cycles;
  do_work(Work::kCycles);
}

std::optional<StopReason> ChipModule::wait_for_interrupt(const RunLimits& limits, std::uint64_t quantum_cycles) {
  limits_ = limits;
  cycles_to_run_ = quantum_cycles;
  do_work(Work::kInterrupt);
  return stop_reason_;
}

void ChipModule::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  if (payload.get_data_length() != 4 || payload.get_byte_enable_ptr() != nullptr) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  access_ = {};
  access_.is_write = payload.is_write();
  access_.address = static_cast<std::uint32_t>(payload.get_address());
  if (access_.is_write) std::memcpy(&access_.data, payload.get_data_ptr(), 4);
  do_work(Work::kRegister);
  if (!access_.is_write) std::memcpy(payload.get_data_ptr(), &access_.data, 4);
  payload.set_response_status(access_.response == 0 ? tlm::TLM_OK_RESPONSE : tlm::TLM_GENERIC_ERROR_RESPONSE);
}

void ChipModule::run_work() {
  invariant(under_test_.chip != nullptr, "a chip is attached before the simulation runs");
  switch (work_) {
    case Work::kNone:
      break;
    case Work::kReset:
      timing_.reset();
      bridge_.reset(under_test_.beat_bytes);
      in_ = {};
      in_.rst_n = false;
      out_ = {};
      for (; cycles_to_run_ > 0; --cycles_to_run_) {
        under_test_.chip->cycle(in_, out_);
        ++clocks_;
      }
      in_.rst_n = true;
      checker_->reset();
      retire_trace_.clear();
      break;
    case Work::kRegister:
      access_register();
      break;
    case Work::kCycles:
      for (; cycles_to_run_ > 0; --cycles_to_run_) run_one_cycle();
      break;
    case Work::kInterrupt:
      stop_reason_.reset();
      for (; !stop_reason_; --cycles_to_run_) {
        if (out_.irq) {
          stop_reason_ = StopReason::kInterrupt;
        } else if (cycle_ >= limits_.max_cycles) {
          stop_reason_ = StopReason::kMaxCycles;
        } else if (cycle_ - retire_trace_.last_retire_cycle() >= limits_.hang_cycles) {
          stop_reason_ = StopReason::kHang;
        } else if (cycles_to_run_ == 0) {
          return;
        } else {
          run_one_cycle();
        }
      }
      break;
  }
}

void ChipModule::begin_program() {
  if (timing_ && !timing_->idle())
    throw DesignError(fmt::format("cycle {}: the doorbell rings while the chip's bus requests are in flight", cycle_));
  timing_ = memory::make_memory_timing(under_test_.memory, under_test_.beat_bytes, under_test_.clock_mhz);
  cycle_ = 0;
  under_test_.chip->begin_wave_program();
  interrupt_cycle_.reset();
  retire_trace_.clear();
  axi_trace_.clear();
}

// Cycle `cycle_`: out_ is what the chip drives in it. The memory drives its pins, both sides see
// what crosses, the clock rises.
void ChipModule::run_one_cycle() {
  if (in_.s_w_valid && out_.s_w_ready && in_.s_w_data == kDoorbell && in_.s_aw_addr == reg::kControl.address)
    begin_program();
  if (timing_) {
    const memory::Pins& pins = timing_->drive(cycle_);
    in_.m_ar_ready = pins.ar_ready;
    in_.m_aw_ready = pins.aw_ready;
    in_.m_w_ready = pins.w_ready;
    in_.m_r_valid = pins.r_valid;
    if (pins.r_valid) {
      in_.m_r_id = pins.r_id;
      in_.m_r_last = pins.r_last;
      bridge_.show_r(in_);
    }
    in_.m_b_valid = pins.b_valid;
    if (pins.b_valid) {
      in_.m_b_id = pins.b_id;
      bridge_.show_b(in_);
    }
    checker_->check(cycle_, in_, out_);
    memory::Transfers transfers;
    if (out_.m_ar_valid && pins.ar_ready) {
      transfers.ar = memory::Burst{out_.m_ar_id, out_.m_ar_addr, out_.m_ar_len + 1u};
      bridge_.accept_ar(*transfers.ar);
    }
    if (out_.m_aw_valid && pins.aw_ready) {
      transfers.aw = memory::Burst{out_.m_aw_id, out_.m_aw_addr, out_.m_aw_len + 1u};
      bridge_.accept_aw(*transfers.aw);
    }
    if (out_.m_w_valid && pins.w_ready) {
      transfers.w = true;
      transfers.w_last = out_.m_w_last;
      bridge_.accept_w(out_);
    }
    if (record_axi_ || observer_wants_axi_) record(transfers);
    timing_->observe(cycle_, transfers);
  } else if (out_.m_ar_valid || out_.m_aw_valid || out_.m_w_valid) {
    throw DesignError("the chip makes a bus request before the first doorbell");
  }
  if ((out_.trace_start_valid | out_.trace_retire_valid) != 0) record_engines();

  under_test_.chip->cycle(in_, out_);
  ++cycle_;
  ++clocks_;
  if (out_.irq && !interrupt_cycle_) interrupt_cycle_ = cycle_;
}

void ChipModule::record_engines() {
  for (std::size_t e = 0; e < isa::kEngines; ++e) {
    if (((out_.trace_start_valid >> e) & 1) == 0) continue;
    const isa::Engine engine = static_cast<isa::Engine>(e);
    retire_trace_.start(cycle_, engine, out_.trace_start_index[e]);
    if (observer_) observer_->on_start(engine, out_.trace_start_index[e], cycle_);
  }
  for (std::size_t e = 0; e < isa::kEngines; ++e) {
    if (((out_.trace_retire_valid >> e) & 1) == 0) continue;
    retire_trace_.retire(cycle_, static_cast<isa::Engine>(e), out_.trace_retire_index[e]);
    if (observer_) observer_->on_retire(retire_trace_.retired().back());
  }
}

void ChipModule::record(const memory::Transfers& transfers) {
  const auto add = [this](AxiChannel channel, std::uint8_t id, std::uint8_t response, bool last,
                          const memory::Burst& burst) {
    const AxiEvent event{cycle_, channel, id, response, last, burst.address, burst.beats};
    if (record_axi_) axi_trace_.push_back(event);
    if (observer_wants_axi_) observer_->on_axi(event);
  };
  const memory::Burst none{0, 0, 0};
  if (transfers.ar) add(AxiChannel::kAr, transfers.ar->id, 0, false, *transfers.ar);
  if (in_.m_r_valid) add(AxiChannel::kR, in_.m_r_id, in_.m_r_resp, in_.m_r_last, none);
  if (transfers.aw) add(AxiChannel::kAw, transfers.aw->id, 0, false, *transfers.aw);
  if (transfers.w) add(AxiChannel::kW, 0, 0, transfers.w_last, none);
  if (in_.m_b_valid) add(AxiChannel::kB, in_.m_b_id, in_.m_b_resp, false, none);
}

// One access on the AXI4-Lite pins: address and data together, each withdrawn once it was taken,
// then the response.
void ChipModule::access_register() {
  const std::uint64_t limit = clocks_ + kRegisterTimeoutCycles;
  const auto step = [&] {
    if (clocks_ >= limit)
      throw DesignError(fmt::format("cycle {}: the chip does not answer a {} of register {:#05x} within {} cycles",
                                    cycle_, access_.is_write ? "write" : "read", access_.address,
                                    kRegisterTimeoutCycles));
    run_one_cycle();
  };
  if (access_.is_write) {
    in_.s_aw_addr = access_.address;
    in_.s_w_data = access_.data;
    in_.s_aw_valid = in_.s_w_valid = true;
    while (in_.s_aw_valid || in_.s_w_valid) {
      const bool address_taken = in_.s_aw_valid && out_.s_aw_ready, data_taken = in_.s_w_valid && out_.s_w_ready;
      if (address_taken != data_taken)
        throw DesignError(
            fmt::format("cycle {}: address and data of a register write are not taken in the same cycle", cycle_));
      step();
      if (address_taken) in_.s_aw_valid = in_.s_w_valid = false;
    }
    while (!out_.s_b_valid) step();
    access_.response = out_.s_b_resp;
  } else {
    in_.s_ar_addr = access_.address;
    in_.s_ar_valid = true;
    while (!out_.s_ar_ready) step();
    step();
    in_.s_ar_valid = false;
    while (!out_.s_r_valid) step();
    access_.data = out_.s_r_data;
    access_.response = out_.s_r_resp;
  }
  step();  // the response crosses
}

}  // namespace systole::platform
