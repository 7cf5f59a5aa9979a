// SPDX-License-Identifier: Apache-2.0
#include "views/pin_runner.hpp"

#include <cstring>
#include <deque>
#include <map>
#include <stdexcept>

#include "memory/memory_timing.hpp"

namespace systole::platform {

namespace {

class Harness {
 public:
  Harness(VerilatedChip& verilated, const Chip& chip, std::vector<std::uint8_t>& dram)
      : verilated_(verilated), chip_(chip), dram_(dram) {
    in_ = ChipInputs{};
    in_.rst_n = false;
    for (int i = 0; i < 4; ++i) verilated_.cycle(in_, out_);
    in_.rst_n = true;
    verilated_.cycle(in_, out_);
  }

  void write_register(std::uint32_t address, std::uint32_t value) {
    in_.s_aw_valid = in_.s_w_valid = true;
    in_.s_aw_addr = address;
    in_.s_w_data = value;
    while (!(out_.s_aw_ready && out_.s_w_ready)) plain_cycle();
    plain_cycle();
    in_.s_aw_valid = in_.s_w_valid = false;
    while (!out_.s_b_valid) plain_cycle();
    plain_cycle();
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

  std::uint64_t read_counter(int k) {
    return read_register(0x100 + 8 * k) | std::uint64_t{read_register(0x104 + 8 * k)} << 32;
  }

  // Rings the doorbell and runs until the interrupt.
  void run(PinRun& run, std::uint64_t max_cycles) {
    const auto memory = memory::make_memory_timing(chip_.memory, chip_.axi_bytes(), chip_.clock_mhz);
    std::map<std::pair<int, std::uint32_t>, std::uint64_t> start_cycle;
    in_.s_aw_valid = in_.s_w_valid = true;
    in_.s_aw_addr = 0x008;
    in_.s_w_data = 1;
    while (!(out_.s_aw_ready && out_.s_w_ready)) plain_cycle();
    for (std::uint64_t cycle = 0; !out_.irq; ++cycle) {
      if (cycle > max_cycles) throw std::runtime_error("no interrupt after " + std::to_string(max_cycles) + " cycles");
      // out_ is what the chip drives in this cycle.
      for (int engine = 0; engine < isa::kEngines; ++engine) {
        if (out_.trace_start_valid >> engine & 1) start_cycle[{engine, out_.trace_start_index[engine]}] = cycle;
        if (out_.trace_retire_valid >> engine & 1) {
          const std::uint32_t index = out_.trace_retire_index[engine];
          run.trace.retired.push_back({static_cast<isa::Engine>(engine), index, start_cycle[{engine, index}], cycle});
        }
      }
      memory_cycle(*memory, cycle, run.trace.axi);
      verilated_.cycle(in_, out_);
      in_.s_aw_valid = in_.s_w_valid = false;
      run.cycles = cycle + 1;
    }
    in_.m_ar_ready = in_.m_aw_ready = in_.m_w_ready = in_.m_r_valid = in_.m_b_valid = false;
  }

 private:
  void plain_cycle() { verilated_.cycle(in_, out_); }

  void memory_cycle(memory::MemoryTiming& memory, std::uint64_t cycle, std::vector<AxiEvent>& axi) {
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
    const std::uint32_t bytes = chip_.axi_bytes();
    if (out_.m_ar_valid && pins.ar_ready) {
      const std::uint32_t beats = out_.m_ar_len + 1u;
      transfers.ar = memory::Burst{out_.m_ar_id, out_.m_ar_addr, beats};
      axi.push_back({cycle, AxiChannel::kAr, out_.m_ar_id, 0, false, out_.m_ar_addr, beats});
      reads_.push_back({out_.m_ar_addr, beats});
    }
    if (pins.r_valid) {
      axi.push_back({cycle, AxiChannel::kR, pins.r_id, 0, pins.r_last, 0, 0});
      Read& read = reads_.front();
      std::memcpy(in_.m_r_data.data(), at(read.address, bytes), bytes);
      read.address += bytes;
      if (--read.beats == 0) reads_.pop_front();
    }
    if (out_.m_aw_valid && pins.aw_ready) {
      const std::uint32_t beats = out_.m_aw_len + 1u;
      transfers.aw = memory::Burst{out_.m_aw_id, out_.m_aw_addr, beats};
      axi.push_back({cycle, AxiChannel::kAw, out_.m_aw_id, 0, false, out_.m_aw_addr, beats});
      writes_.push_back({out_.m_aw_addr, beats});
    }
    if (out_.m_w_valid && pins.w_ready) {
      transfers.w = true;
      transfers.w_last = out_.m_w_last;
      axi.push_back({cycle, AxiChannel::kW, 0, 0, out_.m_w_last, 0, 0});
      if (writes_.empty()) throw std::runtime_error("a W beat without an AW");
      Read& write = writes_.front();
      std::uint8_t* target = at(write.address, bytes);
      const auto* data = reinterpret_cast<const std::uint8_t*>(out_.m_w_data.data());
      for (std::uint32_t i = 0; i < bytes; ++i) {
        if (out_.m_w_strb[i / 32] >> (i % 32) & 1) target[i] = data[i];
      }
      write.address += bytes;
      const bool last = --write.beats == 0;
      if (last != out_.m_w_last) throw std::runtime_error("WLAST in the wrong place");
      if (last) writes_.pop_front();
    }
    if (pins.b_valid) axi.push_back({cycle, AxiChannel::kB, pins.b_id, 0, false, 0, 0});
    memory.observe(cycle, transfers);
  }

  std::uint8_t* at(std::uint64_t address, std::uint32_t bytes) {
    if (address + bytes > dram_.size()) throw std::runtime_error("address past the end of DRAM");
    return dram_.data() + address;
  }

  struct Read {
    std::uint64_t address;
    std::uint32_t beats;
  };
  VerilatedChip& verilated_;
  const Chip& chip_;
  std::vector<std::uint8_t>& dram_;
  ChipInputs in_;
  ChipOutputs out_;
  std::deque<Read> reads_, writes_;
};

}  // namespace

PinRun run_at_pins(VerilatedChip& verilated, const Chip& chip, const isa::Program& program, const isa::Bases& bases,
                   std::uint64_t program_address, std::vector<std::uint8_t>& dram, std::uint64_t max_cycles) {
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    const isa::Encoded words = isa::encode(program.instructions[i]);
    std::memcpy(dram.data() + program_address + i * isa::kInstructionBytes, words.data(), isa::kInstructionBytes);
  }
  Harness harness(verilated, chip, dram);
  harness.write_register(0x010, 3);
  harness.write_register(0x020, static_cast<std::uint32_t>(program_address));
  harness.write_register(0x024, static_cast<std::uint32_t>(program_address >> 32));
  harness.write_register(0x028, static_cast<std::uint32_t>(program.instructions.size()));
  for (int k = 0; k < isa::kBases; ++k) {
    harness.write_register(0x030 + 8 * k, static_cast<std::uint32_t>(bases[k]));
    harness.write_register(0x034 + 8 * k, static_cast<std::uint32_t>(bases[k] >> 32));
  }
  PinRun run;
  harness.run(run, max_cycles);
  if (harness.read_register(0x00C) & 4) {
    run.error_code = harness.read_register(0x018);
    run.error_index = harness.read_register(0x01C);
  }
  for (int k = 0; k < kCounters; ++k) run.counters[k] = harness.read_counter(k);
  return run;
}

}  // namespace systole::platform
