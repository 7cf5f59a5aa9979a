// SPDX-License-Identifier: Apache-2.0
//
// The chip in the SystemC platform: a VerilatedChip, the memory timing at its AXI pins, and a TLM
// target for its registers.
//
//                 +-- ChipModule ----------------------------+
//   Host  --TLM-->| registers: AXI4-Lite driver --+          |
//                 |                               v          |
//                 |  MemoryTiming <--pins--> VerilatedChip   |
//                 |        AxiChecker, traces                |
//                 +---------|--------------------------------+
//                           v
//                       AxiToTlm --TLM--> MemoryTarget
//
// One thread runs the clock. It runs a quantum of cycles in one activation and then advances SystemC's
// time. It returns at once when the host has something to do: a register access is finished, the
// interrupt rises, a limit is reached. While the host requests nothing, the clock stands still. So the
// timing of the chip is the same for every quantum.
//
// Every doorbell resets the memory's timing: cycle 0 is the doorbell's write handshake, as in the cycle
// model.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <systemc>
#include <tlm>
#include <vector>

#include "chip/chip.hpp"
#include "events/observer.hpp"
#include "memory/memory_timing.hpp"
#include "platform/axi_checker.hpp"
#include "platform/axi_to_tlm.hpp"
#include "platform/retire_trace.hpp"
#include "support/work/run_limits.hpp"
#include "verilated/chip_pins.hpp"

namespace systole::platform {

// A chip to attach: the Verilated chip, the width of its AXI beats, its clock and its memory.
struct ChipUnderTest {
  std::shared_ptr<VerilatedChip> chip;
  std::uint32_t beat_bytes = 4;
  std::uint32_t clock_mhz = 1000;
  MemoryConfig memory;
};

enum class StopReason { kInterrupt, kMaxCycles, kHang };

class ChipModule : public sc_core::sc_module {
 public:
  // 32-bit reads and writes of registers; the transaction ends when the chip has answered.
  tlm_utils::simple_target_socket<ChipModule> registers{"registers"};

  ChipModule(sc_core::sc_module_name name, AxiToTlm& bridge);
  SC_HAS_PROCESS(ChipModule);

  // Replaces the chip, while no simulation runs. The new chip is in an unknown state until reset.
  void attach(const ChipUnderTest& chip);
  void detach() { under_test_ = {}; }

  // For the host's thread. Each function returns when its work is done, and throws the errors of the design.
  void reset(std::uint32_t cycles);
  // Runs at most one quantum; nothing when neither the interrupt rose nor a limit was reached.
  std::optional<StopReason> wait_for_interrupt(const RunLimits& limits, std::uint64_t quantum_cycles);
  void run_cycles(std::uint64_t cycles);

  std::uint64_t cycle() const { return cycle_; }                                     // since the doorbell
  std::optional<std::uint64_t> interrupt_cycle() const { return interrupt_cycle_; }  // first one with irq high
  const RetireTrace& retire_trace() const { return retire_trace_; }
  void record_axi(bool on) { record_axi_ = on; }
  // Gets all events from the doorbell on, in the order of events/observer.hpp; an exception from it ends the run.
  void observe(Observer* observer) {
    observer_ = observer;
    observer_wants_axi_ = observer != nullptr && observer->wants_axi();
  }
  const std::vector<AxiEvent>& axi_trace() const { return axi_trace_; }

 private:
  enum class Work { kNone, kReset, kRegister, kInterrupt, kCycles };

  void clock();  // the thread
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void do_work(Work work);  // hands work to the thread and waits for it
  void run_work();
  void run_one_cycle();
  void access_register();
  void begin_program();
  void record(const memory::Transfers& transfers);
  void record_engines();

  AxiToTlm& bridge_;
  ChipUnderTest under_test_;
  std::unique_ptr<memory::MemoryTiming> timing_;  // none before the first doorbell
  std::unique_ptr<AxiChecker> checker_;
  ChipInputs in_;
  ChipOutputs out_;
  std::uint64_t cycle_ = 0;
  std::optional<std::uint64_t> interrupt_cycle_;
  std::uint64_t clocks_ = 0;  // all cycles ever, for SystemC's time
  RetireTrace retire_trace_;
  std::vector<AxiEvent> axi_trace_;
  bool record_axi_ = false;
  Observer* observer_ = nullptr;
  bool observer_wants_axi_ = false;

  Work work_ = Work::kNone;
  sc_core::sc_event work_event_, done_event_;
  std::exception_ptr failure_;
  std::uint64_t cycles_to_run_ = 0;
  RunLimits limits_;
  std::optional<StopReason> stop_reason_;
  struct {
    bool is_write = false;
    std::uint32_t address = 0, data = 0, response = 0;
  } access_;
};

}  // namespace systole::platform
