// SPDX-License-Identifier: Apache-2.0
#include "memory/dram_controller.hpp"

#include <algorithm>
#include <array>

namespace systole::memory {

namespace {

constexpr std::uint32_t kMaxOvertaken = 32;
constexpr std::uint32_t kMaxBanks = 64;

}  // namespace

// What a pass over a queue found.
struct DramPseudoChannel::Scan {
  std::size_t column = SIZE_MAX;         // the request whose column command can go out now
  std::uint64_t column_clock = kNever;   // or the first clock of any
  std::uint64_t hit_banks = 0;           // bit per bank: a request hits the open row
  std::uint32_t candidates = 0;          // banks in the order of their oldest request
  std::array<std::uint16_t, kMaxBanks> oldest;  // that request's index
};

DramPseudoChannel::DramPseudoChannel(const DramConfig& config, std::uint64_t first_refresh)
    : device_(config.organisation, config.timing),
      organisation_(config.organisation),
      trefi_(config.timing.trefi),
      write_high_(config.write_high),
      write_low_(config.write_low),
      refresh_due_(first_refresh),
      wake_(first_refresh) {
  invariant(organisation_.all_banks() <= kMaxBanks, "a pseudo-channel has at most 64 banks");
  reads_.reserve(config.read_queue);
  writes_.reserve(config.write_queue);
}

bool DramPseudoChannel::is_written(const DramAddress& address) const {
  return std::any_of(writes_.begin(), writes_.end(),
                     [&](const DramRequest& write) { return write.address == address; });
}

void DramPseudoChannel::push(const DramRequest& request, bool is_write, std::uint64_t clock) {
  Queue& queue = is_write ? writes_ : reads_;
  invariant(queue.size() < queue.capacity(), "a queue has room for what is pushed");
  queue.push_back(request);
  wake_ = std::min(wake_, clock);
}

void DramPseudoChannel::choose_queue() {
  const bool drain = drains_ ? !writes_.empty() && (reads_.empty() || writes_.size() > write_low_)
                             : writes_.size() >= write_high_ || (reads_.empty() && !writes_.empty());
  if (drain != drains_) overtaken_ = 0;
  drains_ = drain;
}

DramPseudoChannel::Scan DramPseudoChannel::scan(const Queue& queue, std::uint64_t clock) const {
  Scan found;
  const DramCommand command = drains_ ? DramCommand::kWrite : DramCommand::kRead;
  const std::size_t size = overtaken_ >= kMaxOvertaken ? 1 : queue.size();
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint32_t bank = queue[i].address.bank;
    const std::uint64_t bit = std::uint64_t{1} << bank;
    if (device_.is_open(bank) && device_.open_row(bank) == queue[i].address.row) {
      const bool repeated = (found.hit_banks & bit) != 0;  // its bank is not ready either
      found.hit_banks |= bit;
      if (repeated || found.column != SIZE_MAX) continue;
      const std::uint64_t at = device_.earliest(command, bank);
      if (at <= clock) found.column = i;
      found.column_clock = std::min(found.column_clock, at);
    } else if ((seen & bit) == 0) {
      seen |= bit;
      found.oldest[found.candidates++] = static_cast<std::uint16_t>(i);
    }
  }
  return found;
}

void DramPseudoChannel::occupy_row_bus(std::uint64_t until, DramCommandBus& bus) const {
  bus.row_free = until;
  if (!bus.row_bus) bus.column_free = until;
}

std::uint64_t DramPseudoChannel::step_refresh(std::uint64_t clock, DramCommandBus& bus,
                                              DramStatistics& statistics) {
  const DramCommand command =
      device_.any_open() ? DramCommand::kPrechargeAll : DramCommand::kRefresh;
  const std::uint64_t at = std::max(device_.earliest(command, 0), bus.row_free);
  if (at > clock) return at;
  device_.issue(command, 0, 0, clock);
  occupy_row_bus(clock + organisation_.precharge_clocks, bus);
  if (command == DramCommand::kPrechargeAll) {
    ++statistics.precharges;
  } else {
    ++statistics.refreshes;
    refresh_due_ += trefi_;
  }
  return clock + 1;
}

void DramPseudoChannel::issue_column(std::size_t index, std::uint64_t clock, DramCommandBus& bus,
                                     DramStatistics& statistics,
                                     boost::circular_buffer<DramCompletion>& completions) {
  Queue& queue = drains_ ? writes_ : reads_;
  const DramRequest request = queue[index];
  queue.erase(queue.begin() + static_cast<std::ptrdiff_t>(index));
  overtaken_ = index == 0 ? 0 : overtaken_ + 1;
  device_.issue(drains_ ? DramCommand::kWrite : DramCommand::kRead, request.address.bank, 0, clock);
  bus.column_free = clock + organisation_.column_clocks;
  if (!bus.row_bus) bus.row_free = bus.column_free;
  if (request.precharged)
    ++statistics.row_conflicts;
  else if (request.activated)
    ++statistics.row_misses;
  else
    ++statistics.row_hits;
  if (drains_) {
    ++statistics.writes;
    return;
  }
  ++statistics.reads;
  invariant(!completions.full(), "completions are taken after every advance");
  completions.push_back({request.slot, clock + device_.read_clocks()});
}

std::uint64_t DramPseudoChannel::issue_row(const Scan& found, std::uint64_t clock,
                                           DramCommandBus& bus, DramStatistics& statistics) {
  Queue& queue = drains_ ? writes_ : reads_;
  std::uint64_t next = kNever;
  for (std::uint32_t k = 0; k < found.candidates; ++k) {
    DramRequest& request = queue[found.oldest[k]];
    const std::uint32_t bank = request.address.bank;
    if ((found.hit_banks >> bank & 1) != 0) continue;
    const bool closes = device_.is_open(bank);
    const DramCommand command = closes ? DramCommand::kPrecharge : DramCommand::kActivate;
    const std::uint64_t at = std::max(device_.earliest(command, bank), bus.row_free);
    if (at > clock) {
      next = std::min(next, at);
      continue;
    }
    device_.issue(command, bank, request.address.row, clock);
    if (closes) {
      request.precharged = true;
      ++statistics.precharges;
      occupy_row_bus(clock + organisation_.precharge_clocks, bus);
    } else {
      request.activated = true;
      ++statistics.activates;
      occupy_row_bus(clock + organisation_.activate_clocks, bus);
    }
    return clock + 1;
  }
  return next;
}

void DramPseudoChannel::step(std::uint64_t clock, DramCommandBus& bus, DramStatistics& statistics,
                             boost::circular_buffer<DramCompletion>& completions) {
  if (clock >= refresh_due_) {
    wake_ = step_refresh(clock, bus, statistics);
    return;
  }
  choose_queue();
  const Queue& queue = drains_ ? writes_ : reads_;
  if (queue.empty()) {
    wake_ = refresh_due_;
    return;
  }
  if (!bus.row_bus && bus.column_free > clock) {
    wake_ = std::min(bus.column_free, refresh_due_);
    return;
  }
  Scan found = scan(queue, clock);
  wake_ = refresh_due_;
  if (found.column != SIZE_MAX && bus.column_free <= clock) {
    issue_column(found.column, clock, bus, statistics, completions);
    wake_ = clock + 1;
    // The indices of the scan behind the request that left have moved up by one.
    for (std::uint32_t k = 0; k < found.candidates; ++k)
      if (found.oldest[k] > found.column) --found.oldest[k];
  } else if (found.column_clock != kNever) {
    wake_ = std::min(wake_, std::max(found.column_clock, bus.column_free));
  }
  if (found.candidates > 0) wake_ = std::min(wake_, issue_row(found, clock, bus, statistics));
}

DramController::DramController(const DramConfig& config)
    : map_(config.address_mapping, config.organisation),
      pseudo_channels_(config.organisation.pseudo_channels),
      channels_(config.organisation.channels),
      completions_(2 * std::size_t{config.read_queue} * config.organisation.all_channels()) {
  for (std::uint32_t i = 0; i < config.organisation.all_channels(); ++i)
    pseudo_.emplace_back(config, config.timing.trefi);
  for (Channel& channel : channels_) channel.bus.row_bus = config.organisation.row_bus;
}

bool DramController::push_read(std::uint64_t address, std::uint32_t slot) {
  const DramAddress where = map_.decode(address);
  DramPseudoChannel& pseudo = pseudo_[where.channel];
  if (!pseudo.has_room_to_read()) return false;
  if (pseudo.is_written(where)) {
    // The other half is for the reads that wait in the queues.
    if (completions_.size() >= completions_.capacity() / 2) return false;
    ++statistics_.forwarded_reads;
    completions_.push_back({slot, now_ + 1});
    return true;
  }
  pseudo.push({where, slot}, false, now_);
  Channel& channel = channels_[where.channel / pseudo_channels_];
  channel.wake = std::min(channel.wake, now_);
  return true;
}

bool DramController::push_write(std::uint64_t address) {
  const DramAddress where = map_.decode(address);
  DramPseudoChannel& pseudo = pseudo_[where.channel];
  if (!pseudo.has_room_to_write()) return false;
  pseudo.push({where, 0}, true, now_);
  Channel& channel = channels_[where.channel / pseudo_channels_];
  channel.wake = std::min(channel.wake, now_);
  return true;
}

void DramController::advance(std::uint64_t end) {
  for (std::size_t c = 0; c < channels_.size(); ++c) {
    Channel& channel = channels_[c];
    DramPseudoChannel* const pseudo = &pseudo_[c * pseudo_channels_];
    while (channel.wake < end) {
      const std::uint64_t clock = channel.wake;
      for (std::uint32_t k = 0; k < pseudo_channels_; ++k) {
        DramPseudoChannel& p = pseudo[(clock + k) % pseudo_channels_];
        if (p.wake() <= clock) p.step(clock, channel.bus, statistics_, completions_);
      }
      channel.wake = pseudo[0].wake();
      for (std::uint32_t k = 1; k < pseudo_channels_; ++k)
        channel.wake = std::min(channel.wake, pseudo[k].wake());
    }
  }
  now_ = std::max(now_, end);
}

std::uint64_t DramController::wake() const {
  std::uint64_t clock = kNever;
  for (const Channel& channel : channels_) clock = std::min(clock, channel.wake);
  return clock;
}

bool DramController::idle() const {
  return std::all_of(pseudo_.begin(), pseudo_.end(),
                     [](const DramPseudoChannel& pseudo) { return pseudo.idle(); });
}

}  // namespace systole::memory
