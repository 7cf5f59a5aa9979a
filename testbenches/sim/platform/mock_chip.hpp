// SPDX-License-Identifier: Apache-2.0
//
// A chip in plain C++ with the pins and registers of systole_chip, for tests of the platform around
// it. It runs one instruction after the other: a load reads one run of at most 4 KiB, a store
// writes the bytes of the newest load to DRAM, a matrix instruction takes m_x cycles. Semaphores,
// the trace port and bus errors work as documented.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <vector>

#include "isa/instruction.hpp"
#include "platform/registers.hpp"
#include "verilated/chip_pins.hpp"

namespace systole::platform {

/// The registers of the chip, and what a program leaves in them.
class MockRegisters {
 public:
  std::uint32_t irq_status = 0, error_code = 0, error_index = 0;
  bool done = false, error = false;
  Counters counters = {};

  bool irq() const { return (irq_status & values_[reg::kIrqEnable.address / 4]) != 0; }
  std::uint32_t program_count() const { return values_[reg::kProgramCount.address / 4]; }
  std::uint64_t pair(std::uint32_t address) const {
    return values_[address / 4] | static_cast<std::uint64_t>(values_[address / 4 + 1]) << 32;
  }
  /// True: the doorbell starts a program.
  bool write(std::uint32_t address, std::uint32_t value, bool busy) {
    if (address == reg::kControl.address) {
      if ((value & kDoorbell) == 0 || busy) return false;
      done = error = false;
      counters = {};
      return true;
    }
    if (address == reg::kIrqStatus.address) {
      irq_status &= ~value;
    } else if (address < kCounterBase) {
      values_[address / 4] = value;
    }
    return false;
  }
  std::uint32_t read(std::uint32_t address, bool busy) const {
    if (address == reg::kId.address) return kIdValue;
    if (address == reg::kStatus.address)
      return (busy ? kStatusBusy : 0) | (done ? kStatusDone : 0) | (error ? kStatusError : 0);
    if (address == reg::kIrqStatus.address) return irq_status;
    if (address == reg::kErrorCode.address) return error_code;
    if (address == reg::kErrorIndex.address) return error_index;
    if (address >= kCounterBase && address < kCounterBase + 8 * kCounters)
      return static_cast<std::uint32_t>(counters[(address - kCounterBase) / 8] >> (address % 8 == 0 ? 0 : 32));
    return address < kCounterBase ? values_[address / 4] : 0;
  }

 private:
  std::array<std::uint32_t, kCounterBase / 4> values_ = {};
};

class MockChip final : public VerilatedChip {
 public:
  enum class Fault { kNone, kArMoves, kNoWlast, kForgetsRegisters };

  explicit MockChip(std::uint32_t beat_bytes, Fault fault = Fault::kNone) : beat_bytes_(beat_bytes), fault_(fault) {}

  std::uint64_t cycles_in_reset = 0, clocks = 0;

  bool wave_is_open = false;
  int wave_programs = 0;
  std::vector<std::string> wave_nodes;
  std::vector<bool> wave_switches;
  void open_wave(const std::string&, std::uint32_t) override { wave_is_open = true; }
  void begin_wave_program() override { ++wave_programs; }
  void name_wave_node(isa::Engine, const std::string& name) override { wave_nodes.push_back(name); }
  void switch_wave(bool on) override { wave_switches.push_back(on); }
  void close_wave() override { wave_is_open = false; }

  void cycle(const ChipInputs& in, ChipOutputs& out) override {
    ++clocks;
    if (!in.rst_n) {
      ++cycles_in_reset;
      state_ = State::kIdle;
      registers_ = {};
      next_ = {};
      next_.s_aw_ready = next_.s_w_ready = next_.s_ar_ready = true;
      out = next_;
      return;
    }
    const ChipOutputs now = next_;  // what the chip drives in this cycle
    next_.trace_start_valid = next_.trace_retire_valid = 0;
    count(now, in);
    axi(now, in);
    lite(now, in);
    next_.irq = registers_.irq();
    out = next_;
  }

 private:
  enum class State {
    kIdle,
    kFetch,
    kFetchData,
    kStart,
    kRead,
    kReadData,
    kWrite,
    kWriteData,
    kResponse,
    kCompute,
    kError
  };

  bool busy() const { return state_ != State::kIdle && state_ != State::kError; }
  void bump(std::size_t counter, std::uint64_t by = 1) { registers_.counters[counter] += by; }

  void count(const ChipOutputs& now, const ChipInputs& in) {
    if (!busy()) return;
    bump(counter::kCycles);
    if (in.m_r_valid) bump(counter::kReadBytes, beat_bytes_);
    if (now.m_w_valid && in.m_w_ready) bump(counter::kWriteBytes, beat_bytes_);
    using isa::Engine, isa::EngineState;
    bump(counter_of(Engine::kLoad,
                    state_ == State::kStart ? EngineState::kWaitSemaphore : EngineState::kWaitInstruction));
    bump(counter_of(Engine::kMatrix, EngineState::kWaitInstruction));
    bump(counter_of(Engine::kStore, EngineState::kWaitInstruction));
  }

  void request_read(std::uint8_t id, std::uint64_t address, std::uint64_t bytes) {
    const std::uint64_t first = address & ~std::uint64_t{beat_bytes_ - 1};
    const std::uint64_t end = address + bytes;
    next_.m_ar_valid = true;
    next_.m_ar_id = id;
    next_.m_ar_addr = address;
    next_.m_ar_len = static_cast<std::uint8_t>((end - first + beat_bytes_ - 1) / beat_bytes_ - 1);
    next_.m_ar_size = size();
    data_.clear();
    skip_ = address - first;
  }
  std::uint8_t size() const {
    std::uint8_t size = 0;
    while ((1u << size) < beat_bytes_) ++size;
    return size;
  }
  void fail(std::uint32_t code) {
    registers_.error_code = code;
    registers_.error_index = index_;
    registers_.error = true;
    registers_.irq_status |= kIrqError;
    state_ = State::kError;
    next_.m_ar_valid = next_.m_aw_valid = next_.m_w_valid = false;
  }
  void trace(std::uint8_t& valid, std::array<std::uint32_t, isa::kEngines>& index) const {
    valid = static_cast<std::uint8_t>(1u << engine_);
    index[engine_] = index_;
  }
  void retire() {
    trace(next_.trace_retire_valid, next_.trace_retire_index);
    bump(counter::kInstructions);
    const std::uint32_t post = words_[1] >> 16;
    for (int s = 0; s < 16; ++s) semaphores_[s] += (post >> s) & 1;
    if (++index_ == registers_.program_count()) {
      registers_.done = true;
      registers_.irq_status |= kIrqDone;
      state_ = State::kIdle;
    } else {
      state_ = State::kFetch;
    }
  }
  void show_write_beat() {
    next_.m_w_valid = true;
    next_.m_w_data = {};
    next_.m_w_strb = {};
    const std::uint64_t first = write_address_ & ~std::uint64_t{beat_bytes_ - 1};
    for (std::uint32_t i = 0; i < beat_bytes_; ++i) {
      const std::uint64_t at = first + write_beat_ * beat_bytes_ + i;
      if (at < write_address_ || at >= write_address_ + loaded_.size()) continue;
      next_.m_w_data[i / 4] |= static_cast<std::uint32_t>(loaded_[at - write_address_]) << (8 * (i % 4));
      next_.m_w_strb[i / 32] |= 1u << (i % 32);
    }
    next_.m_w_last = write_beat_ == next_.m_aw_len && fault_ != Fault::kNoWlast;
  }

  void axi(const ChipOutputs& now, const ChipInputs& in) {
    switch (state_) {
      case State::kIdle:
      case State::kError:
        break;
      case State::kFetch:
        request_read(0, registers_.pair(reg::kProgramBase.address) + index_ * 128ull, 128);
        state_ = State::kFetchData;
        break;
      case State::kRead:
        request_read(1, registers_.pair(reg::kBase.address + 8 * ((words_[0] >> 18) & 3)) + words_[4],
                     words_[5] & 0xFFFFFF);
        state_ = State::kReadData;
        break;
      case State::kFetchData:
      case State::kReadData:
        if (now.m_ar_valid && in.m_ar_ready) next_.m_ar_valid = false;
        if (now.m_ar_valid && !in.m_ar_ready && fault_ == Fault::kArMoves) next_.m_ar_addr += beat_bytes_;
        if (!in.m_r_valid) break;
        if (in.m_r_resp != 0) {
          fail(2);
          break;
        }
        for (std::uint32_t i = 0; i < beat_bytes_; ++i)
          data_.push_back(static_cast<std::uint8_t>(in.m_r_data[i / 4] >> (8 * (i % 4))));
        if (!in.m_r_last) break;
        if (state_ == State::kFetchData) {
          std::memcpy(words_.data(), data_.data(), 128);
          engine_ = (words_[0] & 0xFF) - 1;
          if (isa::illegal_reason(words_)) {
            fail(1);
          } else {
            state_ = State::kStart;
          }
        } else {
          loaded_.assign(data_.begin() + static_cast<long>(skip_),
                         data_.begin() + static_cast<long>(skip_ + (words_[5] & 0xFFFFFF)));
          retire();
        }
        break;
      case State::kStart: {
        const std::uint32_t wait = words_[1] & 0xFFFF;
        for (int s = 0; s < 16; ++s)
          if (((wait >> s) & 1) != 0 && semaphores_[s] == 0) return;
        for (int s = 0; s < 16; ++s) semaphores_[s] -= (wait >> s) & 1;
        trace(next_.trace_start_valid, next_.trace_start_index);
        compute_left_ = words_[5] >> 16;
        state_ = engine_ == 0 ? State::kRead : engine_ == 1 ? State::kCompute : State::kWrite;
        break;
      }
      case State::kCompute:
        if (compute_left_-- == 0) retire();
        break;
      case State::kWrite: {
        write_address_ = registers_.pair(reg::kBase.address + 8 * ((words_[0] >> 18) & 3)) + words_[4];
        const std::uint64_t first = write_address_ & ~std::uint64_t{beat_bytes_ - 1};
        next_.m_aw_valid = true;
        next_.m_aw_id = 2;
        next_.m_aw_addr = first;
        next_.m_aw_len =
            static_cast<std::uint8_t>((write_address_ + loaded_.size() - first + beat_bytes_ - 1) / beat_bytes_ - 1);
        next_.m_aw_size = size();
        write_beat_ = 0;
        show_write_beat();
        state_ = State::kWriteData;
        break;
      }
      case State::kWriteData:
        if (now.m_aw_valid && in.m_aw_ready) next_.m_aw_valid = false;
        if (now.m_w_valid && in.m_w_ready) {
          if (write_beat_++ == next_.m_aw_len)
            next_.m_w_valid = false;
          else
            show_write_beat();
        }
        if (!next_.m_w_valid && !next_.m_aw_valid) state_ = State::kResponse;
        [[fallthrough]];
      case State::kResponse:
        if (!in.m_b_valid) break;
        if (in.m_b_resp != 0)
          fail(3);
        else
          retire();
        break;
    }
  }

  void start() {
    index_ = 0;
    semaphores_ = {};
    state_ = State::kFetch;
  }

  void lite(const ChipOutputs& now, const ChipInputs& in) {
    if (in.s_aw_valid && in.s_w_valid && now.s_aw_ready && !now.s_b_valid) {
      next_.s_b_valid = true;
      if (registers_.write(in.s_aw_addr, in.s_w_data, busy())) start();
    } else if (now.s_b_valid && in.s_b_ready) {
      next_.s_b_valid = false;
    }
    if (in.s_ar_valid && now.s_ar_ready && fault_ != Fault::kForgetsRegisters) {
      next_.s_r_valid = true;
      next_.s_r_data = registers_.read(in.s_ar_addr, busy());
    } else if (now.s_r_valid && in.s_r_ready) {
      next_.s_r_valid = false;
    }
  }
  std::uint32_t beat_bytes_;
  Fault fault_;
  ChipOutputs next_;
  State state_ = State::kIdle;
  MockRegisters registers_;
  std::array<int, 16> semaphores_ = {};
  std::uint32_t index_ = 0, engine_ = 0;
  isa::Encoded words_ = {};
  std::vector<std::uint8_t> data_, loaded_;
  std::uint64_t skip_ = 0, write_address_ = 0, write_beat_ = 0;
  std::uint32_t compute_left_ = 0;
};

}  // namespace systole::platform
