// SPDX-License-Identifier: Apache-2.0
//
// The memory controller: open-page FR-FCFS over the pseudo-channels of a DRAM. Its rules:
//
// - Queues: a pseudo-channel has a queue of reads and a queue of writes. For its master, a write is
//   done once it is in the queue.
// - Forwarding: a read of a burst that waits in the write queue is answered from there, one clock
//   after it came.
// - Turns: reads are served until write_high writes wait or no read waits. Then writes are served
//   until none waits, or until a read waits and at most write_low writes wait.
// - Columns first: in the queue that is being served, the oldest request whose row is open and whose
//   command the timing allows goes first.
// - Rows: if there is none, banks are visited in the order of their oldest request. A closed bank is
//   activated; a bank with another row open is precharged once no request of the queue hits that row.
// - Fairness: when 32 requests have overtaken the oldest one, only the oldest is served until it is done.
// - Return: data is registered once on its way from the pins, which takes a clock (kReturnClocks).
// - Refresh: every tREFI a pseudo-channel stops serving, precharges all banks and refreshes them
//   all. All pseudo-channels do so at the same time: one after the other, a stream over all of them
//   would always wait for one.
// - Command bus: one command at a time on a channel, column commands before row commands; with
//   row_bus, one of each kind. Pseudo-channel 0 goes first in even clocks, 1 in odd ones.
//
// The state advances from one command to the next, so idle clocks take no time to simulate. The result
// does not depend on the steps in which the caller advances time. Nothing here allocates after construction.
#pragma once

#include <array>
#include <boost/circular_buffer.hpp>
#include <cstdint>
#include <vector>

#include "memory/address_map.hpp"
#include "memory/dram_device.hpp"
#include "memory/dram_queue.hpp"

namespace systole::memory {

// From the end of the data on the pins to its place in the reorder buffer.
inline constexpr std::uint32_t kReturnClocks = 1;

struct DramStatistics {
  std::uint64_t reads = 0, writes = 0;  // column commands
  std::uint64_t forwarded_reads = 0;
  // Of the column commands: the row was open; the bank was closed; another row was open.
  std::uint64_t row_hits = 0, row_misses = 0, row_conflicts = 0;
  std::uint64_t activates = 0, precharges = 0, refreshes = 0;
};

struct DramCompletion {
  std::uint32_t slot;   // as given to push_read
  std::uint64_t clock;  // the data is there before this clock
};

// The command pins of a channel: the clocks from which they are free.
struct DramCommandBus {
  bool row_bus = false;
  std::uint64_t column_free = 0, row_free = 0;
};

class DramPseudoChannel {
 public:
  DramPseudoChannel(const DramConfig& config, std::uint64_t first_refresh);

  bool has_room_to_read() const { return !reads_.full(); }
  bool has_room_to_write() const { return !writes_.full(); }
  // A write of this burst waits.
  bool is_written(const DramAddress& address) const { return writes_.holds(address); }
  void push(const DramRequest& request, bool is_write, std::uint64_t clock);
  bool idle() const { return reads_.empty() && writes_.empty(); }

  // The next clock in which a command may go out; kNever is never returned, refresh goes on.
  std::uint64_t wake() const { return wake_; }
  // Issues what it can in this clock.
  void step(std::uint64_t clock, DramCommandBus& bus, DramStatistics& statistics,
            boost::circular_buffer<DramCompletion>& completions);

 private:
  struct Scan;

  // What each bank needs next for a queue, kept up to date with queue and device.
  struct Wants {
    std::array<std::uint64_t, DramQueue::kMaxBanks> gate{};  // the bank's own
    std::array<std::uint8_t, DramQueue::kMaxBanks> want{};   // a DramWant
  };

  void update(std::uint32_t bank);
  void update_all();
  void update(Wants& wants, const DramQueue& queue, std::uint32_t bank) const;
  const Wants& wants_in_turn() const { return drains_ ? write_wants_ : read_wants_; }
  DramQueue& queue_in_turn() { return drains_ ? writes_ : reads_; }
  bool wants_drain() const;
  void choose_queue();
  Scan scan(std::uint64_t clock) const;
  Scan scan_oldest_alone(std::uint64_t clock) const;
  std::uint64_t bank_clock(std::uint32_t bank) const;
  std::uint64_t step_refresh(std::uint64_t clock, DramCommandBus& bus, DramStatistics& statistics);
  void issue_column(const Scan& found, std::uint64_t clock, DramCommandBus& bus, DramStatistics& statistics,
                    boost::circular_buffer<DramCompletion>& completions);
  void issue_row(const Scan& found, std::uint64_t clock, DramCommandBus& bus, DramStatistics& statistics);
  void occupy_row_bus(std::uint64_t until, DramCommandBus& bus) const;

  DramDevice device_;
  DramOrganization organization_;
  std::uint32_t trefi_, write_high_, write_low_;
  DramQueue reads_, writes_;
  Wants read_wants_, write_wants_;
  bool drains_ = false;          // it is the writes' turn
  std::uint32_t overtaken_ = 0;  // requests that passed the oldest of the queue in turn
  std::uint64_t refresh_due_;
  std::uint64_t wake_;
};

class DramController {
 public:
  // The configuration must have passed check_dram.
  explicit DramController(const DramConfig& config);

  // A request that the clocks from now() on see. False, and nothing done, if the queue is full.
  // `slot` names the read in its completion.
  bool push_read(std::uint64_t address, std::uint32_t slot);
  bool push_write(std::uint64_t address);

  // Carries out the clocks now() up to, not including, `end`.
  void advance(std::uint64_t end);
  std::uint64_t now() const { return now_; }
  // The next clock in which a command may go out.
  std::uint64_t wake() const;

  // Reads whose time of completion is known, in the order of their commands. The caller pops them
  // after every advance, so that there is room for the completions of the next one.
  boost::circular_buffer<DramCompletion>& completions() { return completions_; }
  const boost::circular_buffer<DramCompletion>& completions() const { return completions_; }

  bool idle() const;  // no request in a queue
  const DramStatistics& statistics() const { return statistics_; }

 private:
  struct Channel {
    DramCommandBus bus;
    std::uint64_t wake = 0;
  };

  AddressMap map_;
  std::uint32_t pseudo_channels_;
  std::vector<DramPseudoChannel> pseudo_;
  std::vector<Channel> channels_;
  std::uint64_t now_ = 0;
  DramStatistics statistics_;
  boost::circular_buffer<DramCompletion> completions_;
};

}  // namespace systole::memory
