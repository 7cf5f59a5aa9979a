// SPDX-License-Identifier: Apache-2.0
//
// The pins of `systole_chip` as plain C++ values, and the interface of a Verilated chip.
//
// A Verilated chip is a shared library with one function, `systole_create_chip`. So a chip that was not
// built with the tool can be built on demand and loaded. The library depends on Verilator; code that uses
// it does not.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "isa/engines.hpp"

namespace systole::platform {

inline constexpr int kMaxDataWords = 32;  // 1024-bit AXI data bus in 32-bit words

struct ChipInputs {  // what the environment drives during one cycle
  bool rst_n = true;
  // AXI4-Lite, into the chip
  bool s_aw_valid = false, s_w_valid = false, s_ar_valid = false;
  bool s_b_ready = true, s_r_ready = true;
  std::uint32_t s_aw_addr = 0, s_w_data = 0, s_ar_addr = 0;
  // AXI4, out of the chip
  bool m_ar_ready = false, m_aw_ready = false, m_w_ready = false;
  bool m_r_valid = false, m_r_last = false, m_b_valid = false;
  std::uint8_t m_r_id = 0, m_b_id = 0;
  std::uint8_t m_r_resp = 0, m_b_resp = 0;
  std::array<std::uint32_t, kMaxDataWords> m_r_data = {};  // read only when m_r_valid
};

struct ChipOutputs {  // what the chip drives during one cycle, from registers alone
  bool s_aw_ready = false, s_w_ready = false, s_ar_ready = false;
  bool s_b_valid = false, s_r_valid = false;
  std::uint8_t s_b_resp = 0, s_r_resp = 0;
  std::uint32_t s_r_data = 0;
  bool m_ar_valid = false, m_aw_valid = false, m_w_valid = false, m_w_last = false;
  std::uint8_t m_ar_id = 0, m_aw_id = 0;
  std::uint8_t m_ar_len = 0, m_aw_len = 0;  // beats - 1
  std::uint8_t m_ar_size = 0, m_aw_size = 0, m_ar_burst = 1, m_aw_burst = 1;
  bool m_r_ready = true,
       m_b_ready = true;  // the chip never refuses: the protocol checker watches it
  std::uint64_t m_ar_addr = 0, m_aw_addr = 0;
  std::array<std::uint32_t, kMaxDataWords> m_w_data = {};  // written only when m_w_valid
  std::array<std::uint32_t, kMaxDataWords / 8> m_w_strb = {};
  bool irq = false;
  // Trace port, a bit an engine, by its number. An event is seen in the cycle in which it happens.
  std::uint8_t trace_start_valid = 0, trace_retire_valid = 0;
  std::array<std::uint32_t, isa::kEngines> trace_start_index = {};
  std::array<std::uint32_t, isa::kEngines> trace_retire_index = {};
};

class VerilatedChip {
 public:
  virtual ~VerilatedChip() = default;
  // One clock cycle: `in` is driven during cycle t, the clock rises at its end, `out` becomes what
  // the chip drives in t + 1.
  virtual void cycle(const ChipInputs& in, ChipOutputs& out) = 0;

  // A waveform (FST) of what the chip does from here on, in the time of its clock. InternalError if the library was built
  // without waves, UserError if there can be no file.
  virtual void open_wave(const std::string& file, std::uint32_t clock_mhz) = 0;
  // UserError if it could not be written to its end.
  virtual void close_wave() = 0;
  // Beside the chip's signals it has the cycle since the doorbell, which is the next one, and for each engine a node.
  virtual void begin_wave_program() {}
  virtual void name_wave_node(isa::Engine /*engine*/, const std::string& /*name*/) {}
  // Only cycles from `first` to `last` are written, and only while it is `on`.
  virtual void limit_wave(std::uint64_t /*first*/, std::uint64_t /*last*/) {}
  virtual void switch_wave(bool /*on*/) {}
};

// `seed` starts registers and memories at random (0: all zero).
extern "C" VerilatedChip* systole_create_chip(std::uint32_t seed);
using CreateChip = VerilatedChip* (*)(std::uint32_t seed);

}  // namespace systole::platform
