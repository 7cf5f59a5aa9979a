// SPDX-License-Identifier: Apache-2.0
#include "rtl_view/pin_runner.hpp"

#include <array>
#include <cstring>
#include <deque>
#include <memory>
#include <stdexcept>

#include "memory/memory_timing.hpp"
#include "platform/registers.hpp"
#include "support/address_range.hpp"

namespace systole::rtl_view {

namespace reg = platform::reg;

namespace {

constexpr int kResetCycles = 4;

// What nobody listens to costs nothing.
class Silence final : public Observer {};

class Harness {
 public:
  Harness(platform::VerilatedChip& verilated, const Chip& chip, std::vector<std::uint8_t>& dram, Observer& observer)
      : verilated_(verilated), chip_(chip), dram_(dram), observer_(observer), wants_axi_(observer.wants_axi()) {
    in_.rst_n = false;
    for (int i = 0; i < kResetCycles; ++i) plain_cycle();
    in_.rst_n = true;
    plain_cycle();
  }

  void write_register(std::uint32_t address, std::uint32_t value) {
    show_write(address, value);
    plain_cycle();
    in_.s_aw_valid = in_.s_w_valid = false;
    while (!out_.s_b_valid) plain_cycle();
    plain_cycle();
  }
  void write_register_pair(std::uint32_t address, std::uint64_t value) {
    write_register(address, static_cast<std::uint32_t>(value));
    write_register(address + 4, static_cast<std::uint32_t>(value >> 32));
  }

  std::uint32_t read_register(std::uint32_t address) {
    in_.s_ar_valid = true;
    in_.s_ar_addr = address;
    while (!out_.s_ar_ready) plain_cycle();
    plain_cycle();
    in_.s_ar_valid = false;
    while (!out_.s_r_valid) plain_cycle();
    const std::uint32_t value = out_.s_r_data;
    plain_cycle();
    return value;
  }
  std::uint64_t read_register_pair(std::uint32_t address) {
    const std::uint64_t low = read_register(address);
    return low | std::uint64_t{read_register(address + 4)} << 32;
  }

  // Rings the doorbell and runs until the interrupt.
  void run(PinRun& run, std::uint64_t max_cycles) {
    const auto memory = memory::make_memory_timing(chip_.memory, chip_.axi_bytes(), chip_.clock_mhz);
    show_write(reg::kControl.address, platform::kDoorbell);
    for (std::uint64_t cycle = 0; !out_.irq; ++cycle) {
      if (cycle > max_cycles) throw std::runtime_error("no interrupt after " + std::to_string(max_cycles) + " cycles");
      // out_ is what the chip drives in this cycle.
      memory_cycle(*memory, cycle);
      engine_events(run, cycle);
      plain_cycle();
      in_.s_aw_valid = in_.s_w_valid = false;
      run.cycles = cycle + 1;
    }
    engine_events(run, run.cycles);  // of the interrupt's own cycle
    in_.m_ar_ready = in_.m_aw_ready = in_.m_w_ready = in_.m_r_valid = in_.m_b_valid = false;
  }

 private:
  struct Burst {
    std::uint64_t address;
    std::uint32_t beats;  // that are left
  };
  struct Started {
    std::uint32_t index;
    std::uint64_t cycle;
  };

  void plain_cycle() { verilated_.cycle(in_, out_); }

  // A write that is accepted in the cycle to come.
  void show_write(std::uint32_t address, std::uint32_t value) {
    in_.s_aw_valid = in_.s_w_valid = true;
    in_.s_aw_addr = address;
    in_.s_w_data = value;
    while (!(out_.s_aw_ready && out_.s_w_ready)) plain_cycle();
  }

  void engine_events(PinRun& run, std::uint64_t cycle) {
    if ((out_.trace_start_valid | out_.trace_retire_valid) == 0) return;
    for (std::size_t e = 0; e < isa::kEngines; ++e) {
      if ((out_.trace_start_valid >> e & 1) == 0) continue;
      started_[e].push_back({out_.trace_start_index[e], cycle});
      observer_.on_start(static_cast<isa::Engine>(e), out_.trace_start_index[e], cycle);
    }
    for (std::size_t e = 0; e < isa::kEngines; ++e) {
      if ((out_.trace_retire_valid >> e & 1) == 0) continue;
      const std::uint32_t index = out_.trace_retire_index[e];
      if (started_[e].empty() || started_[e].front().index != index)
        throw std::runtime_error("instruction " + std::to_string(index) + " retired, which was not the oldest");
      run.retired.push_back({static_cast<isa::Engine>(e), index, started_[e].front().cycle, cycle});
      started_[e].pop_front();
      observer_.on_retire(run.retired.back());
    }
  }

  void tell(std::uint64_t cycle, AxiChannel channel, std::uint8_t id, bool last, std::uint64_t address = 0,
            std::uint32_t beats = 0) {
    if (wants_axi_) observer_.on_axi({cycle, channel, id, 0, last, address, beats});
  }

  void memory_cycle(memory::MemoryTiming& memory, std::uint64_t cycle) {
    const memory::Pins pins = memory.drive(cycle);
    memory::Transfers transfers;
    in_.m_ar_ready = pins.ar_ready;
    in_.m_aw_ready = pins.aw_ready;
    in_.m_w_ready = pins.w_ready;
    in_.m_r_valid = pins.r_valid;
    in_.m_r_last = pins.r_last;
    in_.m_r_id = pins.r_id;
    in_.m_b_valid = pins.b_valid;
    in_.m_b_id = pins.b_id;
    if (out_.m_ar_valid && pins.ar_ready) {
      transfers.ar = memory::Burst{out_.m_ar_id, out_.m_ar_addr, out_.m_ar_len + 1u};
      tell(cycle, AxiChannel::kAr, out_.m_ar_id, false, out_.m_ar_addr, transfers.ar->beats);
      reads_.push_back({out_.m_ar_addr, transfers.ar->beats});
    }
    if (pins.r_valid) {
      tell(cycle, AxiChannel::kR, pins.r_id, pins.r_last);
      read_beat();
    }
    if (out_.m_aw_valid && pins.aw_ready) {
      transfers.aw = memory::Burst{out_.m_aw_id, out_.m_aw_addr, out_.m_aw_len + 1u};
      tell(cycle, AxiChannel::kAw, out_.m_aw_id, false, out_.m_aw_addr, transfers.aw->beats);
      writes_.push_back({out_.m_aw_addr, transfers.aw->beats});
    }
    if (out_.m_w_valid && pins.w_ready) {
      transfers.w = true;
      transfers.w_last = out_.m_w_last;
      tell(cycle, AxiChannel::kW, 0, out_.m_w_last);
      write_beat();
    }
    if (pins.b_valid) tell(cycle, AxiChannel::kB, pins.b_id, false);
    memory.observe(cycle, transfers);
  }

  void read_beat() {
    const std::uint32_t bytes = chip_.axi_bytes();
    Burst& read = reads_.front();
    std::memcpy(in_.m_r_data.data(), at(read.address, bytes), bytes);
    read.address += bytes;
    if (--read.beats == 0) reads_.pop_front();
  }

  void write_beat() {
    const std::uint32_t bytes = chip_.axi_bytes();
    if (writes_.empty()) throw std::runtime_error("a W beat without an AW");
    Burst& write = writes_.front();
    std::uint8_t* target = at(write.address, bytes);
    const auto* data = reinterpret_cast<const std::uint8_t*>(out_.m_w_data.data());
    for (std::uint32_t i = 0; i < bytes; ++i)
      if (out_.m_w_strb[i / 32] >> (i % 32) & 1) target[i] = data[i];
    write.address += bytes;
    const bool last = --write.beats == 0;
    if (last != out_.m_w_last) throw std::runtime_error("WLAST in the wrong place");
    if (last) writes_.pop_front();
  }

  std::uint8_t* at(std::uint64_t address, std::uint32_t bytes) {
    if (!is_inside(address, bytes, dram_.size())) throw std::runtime_error("address past the end of DRAM");
    return dram_.data() + address;
  }

  platform::VerilatedChip& verilated_;
  const Chip& chip_;
  std::vector<std::uint8_t>& dram_;
  Observer& observer_;
  bool wants_axi_;
  platform::ChipInputs in_;
  platform::ChipOutputs out_;
  std::deque<Burst> reads_, writes_;
  std::array<std::deque<Started>, isa::kEngines> started_;
};

}  // namespace

PinRun run_at_pins(platform::VerilatedChip& verilated, const Chip& chip, const isa::Program& program,
                   const isa::Bases& bases, std::uint64_t program_address, std::vector<std::uint8_t>& dram,
                   std::uint64_t max_cycles, Observer* observer) {
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    const isa::Encoded words = isa::encode(program.instructions[i]);
    std::memcpy(dram.data() + program_address + i * isa::kInstructionBytes, words.data(), isa::kInstructionBytes);
  }
  Silence silence;
  Harness harness(verilated, chip, dram, observer != nullptr ? *observer : silence);
  harness.write_register(reg::kIrqEnable.address, platform::kIrqDone | platform::kIrqError);
  harness.write_register_pair(reg::kProgramBase.address, program_address);
  harness.write_register(reg::kProgramCount.address, static_cast<std::uint32_t>(program.instructions.size()));
  for (std::uint32_t k = 0; k < isa::kBases; ++k) harness.write_register_pair(reg::kBase.address + 8 * k, bases[k]);
  PinRun run;
  harness.run(run, max_cycles);
  if ((harness.read_register(reg::kStatus.address) & platform::kStatusError) != 0) {
    run.error_code = harness.read_register(reg::kErrorCode.address);
    run.error_index = harness.read_register(reg::kErrorIndex.address);
  }
  for (std::uint32_t k = 0; k < kCounters; ++k)
    run.counters[k] = harness.read_register_pair(platform::counter_address(k));
  return run;
}

}  // namespace systole::rtl_view
