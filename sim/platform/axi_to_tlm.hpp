// SPDX-License-Identifier: Apache-2.0
//
// The bridge from the chip's AXI4 pins to TLM-2.0. A burst is one transaction. Beats and their timing stay
// at the pins, where MemoryTiming decides in which cycle each one is transferred.
//
//   AR is transferred           the whole burst is read by b_transport; its beats wait here
//   R beat is shown             the next waiting beat is put on the pins
//   last W beat is transferred  the burst is written by b_transport, with byte enables from WSTRB; if its
//                               AW comes later, at the AW
//
// A TLM error response becomes SLVERR on every R beat of the burst, or on its B.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <boost/circular_buffer.hpp>
#include <cstdint>
#include <systemc>
#include <tlm>
#include <vector>

#include "memory/memory_timing.hpp"
#include "verilated/chip_pins.hpp"

namespace systole::platform {

class AxiToTlm : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<AxiToTlm> socket{"socket"};

  explicit AxiToTlm(sc_core::sc_module_name name);

  // Forgets every burst. Beats are `beat_bytes` wide from now on.
  void reset(std::uint32_t beat_bytes);

  void accept_ar(const memory::Burst& burst);
  void accept_aw(const memory::Burst& burst);
  void accept_w(const ChipOutputs& out);
  void show_r(ChipInputs& in);  // data and response of the next R beat
  void show_b(ChipInputs& in);  // response of the next B

 private:
  static constexpr std::size_t kBursts = memory::kMostInFlight + 1;  // one more: data may come before its AW

  struct ReadBurst {
    std::vector<std::uint8_t> bytes;
    std::size_t next = 0;
    std::uint8_t response = 0;
  };
  struct WriteBurst {
    std::vector<std::uint8_t> bytes, enables;
    std::size_t size = 0;
    bool all_enabled = true;
  };

  void match_writes();
  std::uint8_t transport(tlm::tlm_command command, std::uint64_t address, std::uint8_t* bytes, std::size_t size,
                         std::uint8_t* enables);

  std::uint32_t beat_bytes_ = 4;
  tlm::tlm_generic_payload payload_;
  // Rings of bursts; their buffers are used again.
  std::vector<ReadBurst> reads_;
  std::size_t read_head_ = 0, read_count_ = 0;
  std::vector<WriteBurst> writes_;
  std::size_t write_head_ = 0, write_count_ = 0;  // count: bursts with all their data
  boost::circular_buffer<memory::Burst> addresses_;
  boost::circular_buffer<std::uint8_t> responses_;
};

}  // namespace systole::platform
