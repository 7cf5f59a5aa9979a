// SPDX-License-Identifier: Apache-2.0
//
// The whole chip at its pins, with a memory and a host that does one step after the other.
#pragma once

#include "Vsystole_chip.h"
#include "isa/instruction.hpp"
#include "memory/memory_timing.hpp"
#include "rtl/chip_parameters.hpp"
#include "rtl/pins.hpp"

namespace systole::bench {

inline constexpr uint64_t kAxiBytes = 8, kBurstBytes = 64;

// Where things are in memory.
inline constexpr uint64_t kProgram = 0x1000, kTensors = 0x2000, kWeights = 0x3008, kParameters = 0x4010,
                          kScratch = 0x5000;
inline constexpr uint32_t kRawOffset = 0x40, kByteOffset = 0x203;  // of the two results
inline constexpr size_t kMemoryBytes = 0x8000;

enum Register : uint32_t {
  kControl = 0x008,
  kStatus = 0x00c,
  kIrqEnable = 0x010,
  kIrqStatus = 0x014,
  kErrorCode = 0x018,
  kErrorIndex = 0x01c,
  kProgramBase = 0x020,
  kProgramCount = 0x028,
  kBase = 0x030,
  kCounter = 0x100
};

struct ChipPins : Bench {
  using Dut = Vsystole_chip;
  Dut dut{"dut"};
  SYSTOLE_PIN(s_axil_aw_valid_i);
  SYSTOLE_PIN(s_axil_aw_ready_o);
  SYSTOLE_PIN(s_axil_aw_addr_i);
  SYSTOLE_PIN(s_axil_w_valid_i);
  SYSTOLE_PIN(s_axil_w_ready_o);
  SYSTOLE_PIN(s_axil_w_data_i);
  SYSTOLE_PIN(s_axil_w_strb_i);
  SYSTOLE_PIN(s_axil_b_valid_o);
  SYSTOLE_PIN(s_axil_b_ready_i);
  SYSTOLE_PIN(s_axil_b_resp_o);
  SYSTOLE_PIN(s_axil_ar_valid_i);
  SYSTOLE_PIN(s_axil_ar_ready_o);
  SYSTOLE_PIN(s_axil_ar_addr_i);
  SYSTOLE_PIN(s_axil_r_valid_o);
  SYSTOLE_PIN(s_axil_r_ready_i);
  SYSTOLE_PIN(s_axil_r_data_o);
  SYSTOLE_PIN(s_axil_r_resp_o);
  SYSTOLE_PIN(m_axi_ar_valid_o);
  SYSTOLE_PIN(m_axi_ar_ready_i);
  SYSTOLE_PIN(m_axi_ar_id_o);
  SYSTOLE_PIN(m_axi_ar_addr_o);
  SYSTOLE_PIN(m_axi_ar_len_o);
  SYSTOLE_PIN(m_axi_ar_size_o);
  SYSTOLE_PIN(m_axi_ar_burst_o);
  SYSTOLE_PIN(m_axi_r_valid_i);
  SYSTOLE_PIN(m_axi_r_ready_o);
  SYSTOLE_PIN(m_axi_r_id_i);
  SYSTOLE_PIN(m_axi_r_data_i);
  SYSTOLE_PIN(m_axi_r_resp_i);
  SYSTOLE_PIN(m_axi_r_last_i);
  SYSTOLE_PIN(m_axi_aw_valid_o);
  SYSTOLE_PIN(m_axi_aw_ready_i);
  SYSTOLE_PIN(m_axi_aw_id_o);
  SYSTOLE_PIN(m_axi_aw_addr_o);
  SYSTOLE_PIN(m_axi_aw_len_o);
  SYSTOLE_PIN(m_axi_aw_size_o);
  SYSTOLE_PIN(m_axi_aw_burst_o);
  SYSTOLE_PIN(m_axi_w_valid_o);
  SYSTOLE_PIN(m_axi_w_ready_i);
  SYSTOLE_PIN(m_axi_w_data_o);
  SYSTOLE_PIN(m_axi_w_strb_o);
  SYSTOLE_PIN(m_axi_w_last_o);
  SYSTOLE_PIN(m_axi_b_valid_i);
  SYSTOLE_PIN(m_axi_b_ready_o);
  SYSTOLE_PIN(m_axi_b_id_i);
  SYSTOLE_PIN(m_axi_b_resp_i);
  SYSTOLE_PIN(irq_o);
  SYSTOLE_PIN(trace_start_valid_o);
  SYSTOLE_PIN(trace_start_index_o);
  SYSTOLE_PIN(trace_retire_valid_o);
  SYSTOLE_PIN(trace_retire_index_o);

  ChipPins() : Bench("bench") {
    dut.clk_i(clk);
    dut.rst_ni(rst_n);
    s_axil_b_ready_i.write(true);
    s_axil_r_ready_i.write(true);
    s_axil_w_strb_i.set(15);
  }
};

struct ChipBench : ChipPins {
  // What the host does, one step after the other.
  struct Step {
    enum Kind { kWrite, kRead, kWaitForIrq, kWaitForBus, kReset, kCall } kind;
    uint32_t address = 0, value = 0;
    std::function<void(uint32_t)> then;  // gets the value read
  };
  std::deque<Step> steps;
  int step_phase = 0;

  Random random = random_stream(600);
  std::unique_ptr<memory::MemoryTiming> timing;
  std::vector<uint8_t> bytes;  // of the memory
  struct Burst {
    uint64_t address, beats;
    bool error;
  };
  std::deque<Burst> reads, writes;
  std::deque<bool> responses;
  uint64_t read_error_at = ~uint64_t{0}, write_error_at = ~uint64_t{0};  // the beat at this address
  uint64_t read_beats = 0, write_beats = 0;
  HoldCheck hold_ar{*this, "AR"}, hold_aw{*this, "AW"}, hold_w{*this, "W"};
  std::vector<uint32_t> started, retired;
  bool error_seen = false;

  explicit ChipBench(uint32_t backpressure_permille) : bytes(kMemoryBytes) {
    MemoryConfig config;
    config.ideal().latency_cycles = 20;
    config.backpressure_permille = backpressure_permille;
    config.backpressure_seed = seed();
    timing = memory::make_memory_timing(config, kAxiBytes, 1000);
    timing->drive(0);
    for (auto& byte : bytes) byte = static_cast<uint8_t>(random.bits(8));
  }

  // ---- the cycle

  void on_clock() override {
    serve_memory();
    for (int engine = 0; engine < 3; ++engine) {
      const auto lsb = static_cast<size_t>(32 * engine);
      if (trace_start_valid_o.get() >> engine & 1) {
        started.push_back(static_cast<uint32_t>(get_bits(trace_start_index_o.words(), lsb, 32)));
        if (error_seen) fail("an instruction started after the error");
      }
      if (trace_retire_valid_o.get() >> engine & 1)
        retired.push_back(static_cast<uint32_t>(get_bits(trace_retire_index_o.words(), lsb, 32)));
    }
    if (steps.empty()) {
      finish();
    } else {
      run_step();
    }
  }

  void serve_memory() {
    memory::Transfers transfers;
    hold_ar.on_clock(m_axi_ar_valid_o.read(), m_axi_ar_ready_i.read(),
                     {static_cast<uint32_t>(m_axi_ar_addr_o.get()), static_cast<uint32_t>(m_axi_ar_len_o.get()),
                      static_cast<uint32_t>(m_axi_ar_id_o.get())});
    hold_aw.on_clock(m_axi_aw_valid_o.read(), m_axi_aw_ready_i.read(),
                     {static_cast<uint32_t>(m_axi_aw_addr_o.get()), static_cast<uint32_t>(m_axi_aw_len_o.get())});
    Words payload = m_axi_w_data_o.words();
    payload.push_back(static_cast<uint32_t>(m_axi_w_strb_o.get()));
    payload.push_back(m_axi_w_last_o.read());
    hold_w.on_clock(m_axi_w_valid_o.read(), m_axi_w_ready_i.read(), payload);
    equal("m_axi_r_ready_o", m_axi_r_ready_o.read(), 1);
    equal("m_axi_b_ready_o", m_axi_b_ready_o.read(), 1);
    if (m_axi_ar_valid_o.read() && m_axi_ar_ready_i.read()) {
      const uint64_t address = m_axi_ar_addr_o.get(), beats = m_axi_ar_len_o.get() + 1;
      const bool fetch = m_axi_ar_id_o.get() == 0;
      equal("m_axi_ar_size_o", m_axi_ar_size_o.get(), 3);
      equal("m_axi_ar_burst_o", m_axi_ar_burst_o.get(), 1);
      if (m_axi_ar_id_o.get() > 1) fail("a read with the ID of the store engine");
      // An instruction is fetched as a whole.
      check_burst(*this, "AR", address, beats, kAxiBytes, fetch ? isa::kInstructionBytes : kBurstBytes);
      if (address + beats * kAxiBytes > bytes.size()) fail("a read past the memory");
      reads.push_back({address, beats, false});
      transfers.ar = memory::Burst{static_cast<uint8_t>(m_axi_ar_id_o.get()), address, static_cast<uint32_t>(beats)};
    }
    if (m_axi_aw_valid_o.read() && m_axi_aw_ready_i.read()) {
      const uint64_t address = m_axi_aw_addr_o.get(), beats = m_axi_aw_len_o.get() + 1;
      equal("m_axi_aw_size_o", m_axi_aw_size_o.get(), 3);
      equal("m_axi_aw_burst_o", m_axi_aw_burst_o.get(), 1);
      equal("m_axi_aw_id_o", m_axi_aw_id_o.get(), 2);
      check_burst(*this, "AW", address, beats, kAxiBytes, kBurstBytes);
      if (address + beats * kAxiBytes > bytes.size()) fail("a write past the memory");
      writes.push_back({address, beats, false});
      transfers.aw = memory::Burst{2, address, static_cast<uint32_t>(beats)};
    }
    if (m_axi_w_valid_o.read() && m_axi_w_ready_i.read()) {
      if (writes.empty()) {
        fail("W before its AW");
        return;
      }
      ++write_beats;
      Burst& write = writes.front();
      const auto data = m_axi_w_data_o.bytes(kAxiBytes);
      for (uint64_t i = 0; i < kAxiBytes; ++i) {
        if (m_axi_w_strb_o.get() >> i & 1) bytes[write.address + i] = data[i];
      }
      write.error = write.error || write.address == write_error_at;
      write.address += kAxiBytes;
      transfers.w = true;
      transfers.w_last = m_axi_w_last_o.read();
      equal("m_axi_w_last_o", m_axi_w_last_o.read(), --write.beats == 0);
      if (write.beats == 0) {
        responses.push_back(write.error);
        writes.pop_front();
      }
    }
    timing->observe(cycle(), transfers);
    const memory::Pins& pins = timing->drive(cycle() + 1);
    m_axi_ar_ready_i.write(pins.ar_ready);
    m_axi_aw_ready_i.write(pins.aw_ready);
    m_axi_w_ready_i.write(pins.w_ready);
    m_axi_r_valid_i.write(pins.r_valid);
    m_axi_b_valid_i.write(pins.b_valid);
    if (pins.r_valid) {
      ++read_beats;
      Burst& read = reads.front();
      m_axi_r_id_i.set(pins.r_id);
      m_axi_r_last_i.write(pins.r_last);
      m_axi_r_resp_i.set(read.address == read_error_at ? 2 : 0);
      const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(read.address);
      m_axi_r_data_i.set_bytes({from, from + kAxiBytes});
      read.address += kAxiBytes;
      if (--read.beats == 0) reads.pop_front();
    }
    if (pins.b_valid) {
      m_axi_b_id_i.set(pins.b_id);
      m_axi_b_resp_i.set(responses.front() ? 2 : 0);
      responses.pop_front();
    }
  }

  void run_step() {
    const Step step = steps.front();
    const auto next = [&](uint32_t value) {
      steps.pop_front();
      step_phase = 0;
      if (step.then) step.then(value);
    };
    switch (step.kind) {
      case Step::kWrite:
        if (step_phase == 0) {
          s_axil_aw_valid_i.write(true);
          s_axil_w_valid_i.write(true);
          s_axil_aw_addr_i.set(step.address);
          s_axil_w_data_i.set(step.value);
          step_phase = 1;
          break;
        }
        if (s_axil_aw_valid_i.read() && s_axil_aw_ready_o.read()) s_axil_aw_valid_i.write(false);
        if (s_axil_w_valid_i.read() && s_axil_w_ready_o.read()) s_axil_w_valid_i.write(false);
        if (s_axil_b_valid_o.read()) {
          equal("s_axil_b_resp_o", s_axil_b_resp_o.get(), 0);
          next(0);
        }
        break;
      case Step::kRead:
        if (step_phase == 0) {
          s_axil_ar_valid_i.write(true);
          s_axil_ar_addr_i.set(step.address);
          step_phase = 1;
          break;
        }
        if (s_axil_ar_valid_i.read() && s_axil_ar_ready_o.read()) s_axil_ar_valid_i.write(false);
        if (s_axil_r_valid_o.read()) next(static_cast<uint32_t>(s_axil_r_data_o.get()));
        break;
      case Step::kWaitForIrq:
        if (irq_o.read()) next(0);
        break;
      case Step::kWaitForBus:
        // Nothing is offered and nothing is owed for a while: the bus may be reset.
        if (!timing->idle() || m_axi_ar_valid_o.read() || m_axi_aw_valid_o.read()) {
          step_phase = 0;
        } else if (++step_phase == 50) {
          next(0);
        }
        break;
      case Step::kReset:
        rst_n.write(step_phase == 4);
        if (step_phase++ == 4) {
          hold_ar.reset();
          hold_aw.reset();
          hold_w.reset();
          error_seen = false;
          next(0);
        }
        break;
      case Step::kCall:
        next(0);
        break;
    }
  }

  void equal(const char* what, uint64_t actual, uint64_t wanted) {
    if (actual != wanted) fail(fmt::format("{} is {:#x}, expected {:#x}", what, actual, wanted));
  }

  // ---- what the host may do

  void write(uint32_t address, uint32_t value) { steps.push_back({Step::kWrite, address, value, {}}); }
  void read(uint32_t address, std::function<void(uint32_t)> then) {
    steps.push_back({Step::kRead, address, 0, std::move(then)});
  }
  void expect(const char* name, uint32_t address, uint32_t value) {
    read(address, [=](uint32_t actual) { equal(name, actual, value); });
  }
  void call(std::function<void()> action) {
    steps.push_back({Step::kCall, 0, 0, [action = std::move(action)](uint32_t) { action(); }});
  }
  void reset() {
    steps.push_back({Step::kWaitForBus, 0, 0, {}});
    steps.push_back({Step::kReset, 0, 0, {}});
    call([this] {
      read_error_at = write_error_at = ~uint64_t{0};
      started.clear();
      retired.clear();
    });
  }
  /// Sets the registers up and rings the doorbell; goes on with the interrupt.
  void run_program(uint32_t instructions) {
    write(kIrqEnable, 3);
    write(kProgramBase, kProgram);
    write(kProgramBase + 4, 0);
    write(kProgramCount, instructions);
    uint32_t at = kBase;
    for (uint64_t base : {kTensors, kWeights, kParameters, kScratch}) {
      write(at, static_cast<uint32_t>(base));
      write(at + 4, 0);
      at += 8;
    }
    write(kControl, 1);
    steps.push_back({Step::kWaitForIrq, 0, 0, {}});
  }
};

}  // namespace systole::bench
