// SPDX-License-Identifier: Apache-2.0
//
// Checks the rules of AXI4 at the pins (AMBA AXI, ARM IHI 0022). A chip that breaks a rule is a
// DesignError, a memory model that breaks one is an InternalError; both messages name the cycle.
//
// Rules for the chip:
//  - valid and payload hold until ready (A3.2.1);
//  - bursts are INCR, beats are as wide as the bus, no burst crosses 4 KiB (A3.4.1);
//  - a read has ID 0 (fetch) or 1 (load), a write ID 2 (store);
//  - WLAST is 1 on the last beat that AW announced and on no other;
//  - RREADY and BREADY are 1 in every cycle.
//
// Rules for the memory: R beats and RLAST match the oldest read; a B comes after its AW and its last W
// beat.
#pragma once

#include <boost/circular_buffer.hpp>
#include <cstdint>

#include "verilated/chip_pins.hpp"

namespace systole::platform {

class AxiChecker {
 public:
  explicit AxiChecker(std::uint32_t beat_bytes);

  // One cycle's pins, once a cycle.
  void check(std::uint64_t cycle, const ChipInputs& in, const ChipOutputs& out);
  void reset();

 private:
  struct Read {
    std::uint32_t beats_left;
    std::uint8_t id;
  };

  void check_held(std::uint64_t cycle, const ChipOutputs& out) const;
  void check_address(std::uint64_t cycle, const char* channel, std::uint64_t address, std::uint32_t len,
                     std::uint32_t size, std::uint32_t burst) const;
  void check_write_lengths(std::uint64_t cycle);
  [[noreturn]] static void broken(std::uint64_t cycle, const std::string& rule);

  std::uint32_t beat_bytes_;
  std::uint32_t size_;  // log2(beat_bytes)
  bool ar_held_ = false, aw_held_ = false, w_held_ = false;
  ChipOutputs previous_;
  boost::circular_buffer<Read> reads_;
  boost::circular_buffer<std::uint32_t> announced_;  // beats of AWs whose data is not complete
  boost::circular_buffer<std::uint32_t> complete_;   // beats of W bursts whose AW has not come
  std::uint32_t w_beats_ = 0;                        // of the burst that is crossing
  std::uint64_t owed_responses_ = 0;
};

}  // namespace systole::platform
