// SPDX-License-Identifier: Apache-2.0
//
// Watches the AXI4 pins for broken rules (AMBA AXI, ARM IHI 0022). The chip's rules and the
// memory's are both checked: a chip that breaks one is a DesignError, a memory model that breaks
// one an InternalError; both name the cycle.
//
// Checked of the chip: valid and payload hold until ready (A3.2.1); bursts are INCR, beats as wide
// as the bus, no burst crosses 4 KiB (A3.4.1); a read has ID 0 (fetch) or 1 (load), a write ID 2
// (store); WLAST stands on the last beat that AW announced and nowhere else; RREADY and BREADY are
// 1 in every cycle. Checked of the memory: R beats and RLAST match the oldest read, a B comes after
// its AW and its last W beat.
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
