// SPDX-License-Identifier: Apache-2.0
//
// A DRAM behind the AXI pins: splits AXI bursts into DRAM bursts, hands them to the controller, and
// returns beats and responses in AXI order. Its rules:
//
// - Clocks: memory clock m begins at time m / f_memory, chip cycle t at t / f_chip, exactly. The first
//   memory clock that begins at the end of cycle t or later sees what is transferred in cycle t.
//   Data that has arrived by the start of cycle t can be on the pins in cycle t.
// - Requests: at most 512 reads and 512 writes are in flight. A read is in flight from its AR to its last
//   R beat, a write from its AW to its B. AR, AW and W are ready unless this limit, a full buffer or
//   back-pressure forbids it. The write buffer holds 512 beats.
// - Reads: DRAM bursts enter the controller's queues in AXI order, while their queue and the reorder
//   buffer have room. In a cycle, at most twice as many enter as a beat covers, but at least two may.
//   The reorder buffer holds 64 bursts, or twice as many as all read queues if that is more, and
//   besides those that cross the pins in the time of the path.
// - Path: path_latency_ns of controller, PHY and interconnect, in whole chip cycles, rounded up. It
//   comes on top of each R beat and each B, all of it on the way back. A part of it on the way there
//   would only move the DRAM's own clocks.
// - R: in the order of the ARs over all IDs, at most one beat a cycle. Each comes in the first cycle
//   in which all DRAM bursts of the beat have arrived, plus the path.
// - Writes: a DRAM burst enters its write queue when its last byte was transferred on W, in the order
//   of the AWs, at the rate of reads. A burst that is written in part counts as one write.
// - B: in the cycle after the last DRAM burst of the write entered its queue, and the path's cycles
//   later, in the order of the AWs, at most one a cycle.
// - Back-pressure: as in ideal_memory.hpp.
//
// Nothing here allocates after construction.
#pragma once

#include <boost/circular_buffer.hpp>
#include <cstdint>
#include <vector>

#include "memory/dram_controller.hpp"
#include "memory/memory_config.hpp"
#include "memory/memory_timing.hpp"

namespace systole::memory {

class DramMemory final : public MemoryTiming {
 public:
  static constexpr std::uint32_t kWriteBufferBeats = 512;

  // The configuration is of a DRAM kind. UserError if the parameters of the DRAM contradict each other. beat_bytes is a
  // power of two.
  DramMemory(const MemoryConfig& config, std::uint32_t beat_bytes, std::uint32_t chip_clock_mhz);

  const Pins& drive(std::uint64_t cycle) override;
  void observe(std::uint64_t cycle, const Transfers& transfers) override;
  std::uint64_t next_cycle(std::uint64_t cycle) const override;
  // Writes may still wait in the controller's queues.
  bool idle() const override;

  const DramStatistics& statistics() const { return controller_.statistics(); }

 private:
  struct Read {
    std::uint64_t first_byte;   // of the first beat
    std::uint64_t first_burst;  // number of its first DRAM burst, over all reads
    std::uint32_t bursts;
    std::uint32_t beats;
    std::uint32_t shown = 0;  // beats
    std::uint8_t id;
  };
  struct Write {
    std::uint64_t first_byte;
    std::uint32_t bursts;
    std::uint32_t beats;
    std::uint32_t arrived = 0;  // beats
    std::uint32_t pushed = 0;   // DRAM bursts
    std::uint32_t freed = 0;    // beats that left the buffer
    std::uint8_t id;
  };
  struct Response {
    std::uint64_t first_cycle;
    std::uint8_t id;
  };

  bool refuses(std::uint8_t channel, std::uint64_t cycle) const;
  std::uint64_t first_byte(const Burst& burst) const;
  std::uint32_t bursts_of(std::uint64_t first_byte, std::uint32_t beats) const;
  void show_read_beat(std::uint64_t cycle);
  void advance_clocks(std::uint64_t cycles);
  // The first cycle in which data that is complete before this clock can be on the pins.
  std::uint64_t shown_from(std::uint64_t clock) const {
    return (clock * chip_clock_ + memory_clock_ - 1) / memory_clock_ + path_cycles_;
  }
  void split_reads();
  void push_writes(std::uint64_t cycle);

  DramController controller_;
  std::uint64_t memory_clock_, chip_clock_;  // the ratio of frequencies, reduced
  std::uint64_t next_clock_ = 0;             // the first that is not carried out
  std::uint64_t next_observed_ = 0;          // the first cycle whose clocks are not carried out
  std::uint64_t phase_ = 0;                  // next_clock_ after the start of the cycle, in 1 / (f_memory f_chip)
  std::uint64_t path_cycles_;

  std::uint64_t beat_bytes_, burst_bytes_;
  std::uint32_t bursts_per_cycle_;
  std::uint64_t permille_, seed_;

  Pins pins_;
  boost::circular_buffer<Read> reads_;
  std::size_t split_read_ = 0;          // index of the first read not yet split to its end
  std::uint64_t accepted_bursts_ = 0;   // DRAM bursts of all reads so far: accepted,
  std::uint64_t split_bursts_ = 0;      // in or through a queue,
  std::uint64_t arrived_bursts_ = 0;    // arrived in AXI order,
  std::uint64_t shown_bursts_ = 0;      // and shown to their last byte
  std::vector<std::uint64_t> arrival_;  // reorder buffer: the first cycle on the pins, kNever while unknown

  boost::circular_buffer<Write> writes_;
  std::size_t fill_write_ = 0;         // index of the write that the next beat belongs to
  std::uint32_t unclaimed_beats_ = 0;  // crossed before their AW
  std::uint32_t buffered_beats_ = 0;
  boost::circular_buffer<Response> responses_;
};

}  // namespace systole::memory
