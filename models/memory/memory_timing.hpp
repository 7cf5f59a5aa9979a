// SPDX-License-Identifier: Apache-2.0
//
// The timing of the memory outside the chip, seen at the AXI pins, without any data.
//
// The SystemC platform and the cycle model use the same object of this class, so the chip meets the same memory in both
// (docs/reference/memory.md). A cycle `t` goes like this on either side:
//
//   pins = memory.drive(t)              what the memory puts on its pins in cycle t; depends on earlier cycles only
//   ... the chip's outputs of cycle t are known; a channel transfers where valid and ready are both 1 ...
//   memory.observe(t, transfers)        what was transferred in cycle t
//
// Both calls come once a cycle, in this order, with t rising. Cycles in which nothing happens may be skipped: after
// observe(t, ...), when the chip offers nothing on AR, AW and W, the next drive may be of any cycle up to
// next_cycle(t + 1). What the memory does is the same as if every cycle had been driven.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

namespace systole {
struct MemoryConfig;
}

namespace systole::memory {

// Reads in flight at once, and writes: more than a chip can have, whose engines have at most 256 each, besides the fetch of
// instructions.
inline constexpr std::uint32_t kMostInFlight = 512;

// The pins that the memory drives in one cycle. A beat stays until it is transferred; R and B are always accepted by
// the chip.
struct Pins {
  bool ar_ready = false;
  bool aw_ready = false;
  bool w_ready = false;
  bool r_valid = false;
  std::uint8_t r_id = 0;
  bool r_last = false;
  bool b_valid = false;
  std::uint8_t b_id = 0;
};

struct Burst {
  std::uint8_t id = 0;
  std::uint64_t address = 0;  // of the first byte; the first beat is the aligned one around it
  std::uint32_t beats = 1;
};

// What crossed the pins in one cycle. R and B need no mention: they always cross when driven.
struct Transfers {
  std::optional<Burst> ar;
  std::optional<Burst> aw;
  bool w = false;
  bool w_last = false;
};

class MemoryTiming {
 public:
  virtual ~MemoryTiming() = default;
  virtual const Pins& drive(std::uint64_t cycle) = 0;
  virtual void observe(std::uint64_t cycle, const Transfers& transfers) = 0;
  // The first cycle, `cycle` or later, in which R or B may be driven if nothing more is transferred before; kNever if
  // none. An answer may be too early, which costs simulation time, but never too late.
  virtual std::uint64_t next_cycle(std::uint64_t cycle) const = 0;
  // `cycle` is the next one to be driven. For how many cycles from `cycle` on the memory will drive a beat of one read
  // that is not the read's last beat, and no B, if nothing is transferred on AR, AW and W. 0 is always a correct
  // answer.
  virtual std::uint64_t steady_beats(std::uint64_t /*cycle*/) const { return 0; }
  // Carries out that many of these cycles at once, at most steady_beats(cycle), instead of drive and observe for each.
  virtual void skip_beats(std::uint64_t /*cycle*/, std::uint64_t /*cycles*/) {}
  static constexpr std::uint64_t kNever = ~0ull;
  // No burst is in flight: nothing will be driven before the next request.
  virtual bool idle() const = 0;
};

// beat_bytes is the width of the AXI data bus in bytes; chip_clock_mhz counts for a DRAM, whose clock is its own, and
// not for the ideal memory.
std::unique_ptr<MemoryTiming> make_memory_timing(const MemoryConfig& config, std::uint32_t beat_bytes,
                                                 std::uint32_t chip_clock_mhz);

}  // namespace systole::memory
