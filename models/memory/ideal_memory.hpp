// SPDX-License-Identifier: Apache-2.0
//
// The `ideal` memory: a fixed latency and a fixed bandwidth, nothing else. Its rules:
//
// - Requests: AR, AW and W are ready in every cycle unless the channel refuses (back-pressure) or a
//   queue is full.
// - Queues: at the start of a cycle at most 512 reads and 512 writes are in flight. A read is in flight
//   from its AR to its last R beat, a write from its AW to its B. At most 512 whole bursts of W data
//   wait for their AW.
// - Order: reads are served in the order of their AR, writes in that of their AW, whatever the ID.
// - Latency of reads: a read whose AR crosses in cycle t has its first R beat in cycle
//   t + latency_cycles or later (a latency of 0 counts as 1).
// - Latency of writes: a B comes latency_cycles or later after its AW or its last W beat, whichever
//   crossed later.
// - Pins: at most one R beat and one B a cycle, each shown in exactly one cycle, because the chip
//   always takes it.
// - Bandwidth: every cycle earns bytes_per_cycle credits, an R or W beat costs beat_bytes, and at
//   most beat_bytes - 1 credits pass from one cycle to the next.
// - Sharing: if R and W both wait and the credits are enough for one beat only, they take turns,
//   cycle by cycle, R first. Otherwise R goes first and WREADY needs credits for one more beat.
// - Waiting: W waits while an accepted AW lacks W beats, R while a beat is due, neither while its
//   channel refuses.
// - Refusal: channel c refuses in cycle t if mix(seed, c, t) % 1000 < backpressure_permille; a
//   refused R beat or B is shown in a later cycle.
//
// So bytes_per_cycle >= 2 * beat_bytes never limits, and bytes_per_cycle >= beat_bytes limits only
// where both directions move. Nothing here allocates after construction.
#pragma once

#include <boost/circular_buffer.hpp>
#include <cstdint>

#include "memory/memory_config.hpp"
#include "memory/memory_timing.hpp"

namespace systole::memory {

enum class Channel : std::uint8_t { kAr = 0, kAw = 1, kW = 2, kR = 3, kB = 4 };

// 64 well-mixed bits of (seed, channel, cycle), without state: splitmix64 (Steele, Lea, Flood,
// OOPSLA 2014), applied twice.
std::uint64_t mix(std::uint64_t seed, Channel channel, std::uint64_t cycle);

class IdealMemory final : public MemoryTiming {
 public:
  // The configuration is of the ideal kind. beat_bytes is at least 1; bytes_per_cycle of 0 is a UserError, as nothing
  // would ever move.
  IdealMemory(const MemoryConfig& config, std::uint32_t beat_bytes);

  const Pins& drive(std::uint64_t cycle) override;
  void observe(std::uint64_t cycle, const Transfers& transfers) override;
  std::uint64_t next_cycle(std::uint64_t cycle) const override;
  std::uint64_t steady_beats(std::uint64_t cycle) const override;
  void skip_beats(std::uint64_t cycle, std::uint64_t cycles) override;
  bool idle() const override;

 private:
  struct Read {
    std::uint64_t first_cycle;  // of its first beat, at the earliest
    std::uint32_t beats_left;
    std::uint8_t id;
  };
  struct Write {
    std::uint64_t accepted_cycle;
    std::uint8_t id;
  };
  struct Response {
    std::uint64_t first_cycle;
    std::uint8_t id;
  };

  bool refuses(Channel channel, std::uint64_t cycle) const;
  void match_writes();  // moves writes that have both AW and all data to the responses

  std::uint64_t latency_cycles_;
  std::uint64_t bytes_per_cycle_;
  std::uint64_t beat_bytes_;
  std::uint64_t permille_;
  std::uint64_t seed_;

  Pins pins_;
  std::uint64_t driven_cycle_ = 0;     // the newest
  std::uint64_t credits_ = 0;          // bytes; in a cycle: what is left after the beats of this cycle so far
  bool write_turn_ = false;            // the next contested cycle belongs to W
  std::int64_t write_beats_owed_ = 0;  // beats of accepted AWs that have not crossed; negative: data ahead of its AW
  boost::circular_buffer<Read> reads_;
  boost::circular_buffer<Write> writes_;               // AW accepted, data not complete
  boost::circular_buffer<std::uint64_t> data_cycles_;  // last W beat crossed in this cycle, AW not accepted
  boost::circular_buffer<Response> responses_;
};

}  // namespace systole::memory
