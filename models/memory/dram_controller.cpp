// SPDX-License-Identifier: Apache-2.0
#include "memory/dram_controller.hpp"

#include <algorithm>

namespace systole::memory {

namespace {

constexpr std::uint32_t kMaxOvertaken = 32;

}  // namespace

// What a pass over the banks of a queue found.
struct DramPseudoChannel::Scan {
  DramQueue::Index column = DramQueue::kNone;  // the oldest whose column command can go out now
  DramQueue::Index row = DramQueue::kNone;     // the oldest whose row command can
  std::uint64_t next_clock = kNever;           // the first of those that cannot yet
  std::uint32_t ready = 0;                     // banks whose command can
};

DramPseudoChannel::DramPseudoChannel(const DramConfig& config, std::uint64_t first_refresh)
    : device_(config.organization, config.timing),
      organization_(config.organization),
      trefi_(config.timing.trefi),
      write_high_(config.write_high),
      write_low_(config.write_low),
      reads_(config.read_queue, config.organization.all_banks()),
      writes_(config.write_queue, config.organization.all_banks()),
      refresh_due_(first_refresh),
      wake_(first_refresh) {
  update_all();
}

void DramPseudoChannel::push(const DramRequest& request, bool is_write, std::uint64_t clock) {
  const std::uint32_t bank = request.address.bank;
  const bool hits = device_.is_open(bank) && device_.open_row(bank) == request.address.row;
  (is_write ? writes_ : reads_).push(request, hits);
  update(bank);
  if (wants_drain() != drains_)
    wake_ = std::min(wake_, clock);
  else if (is_write == drains_)
    wake_ = std::min(wake_, std::max(clock, bank_clock(bank)));
}

bool DramPseudoChannel::wants_drain() const {
  return drains_ ? !writes_.empty() && (reads_.empty() || writes_.size() > write_low_)
                 : writes_.size() >= write_high_ || (reads_.empty() && !writes_.empty());
}

void DramPseudoChannel::choose_queue() {
  const bool drain = wants_drain();
  if (drain != drains_) overtaken_ = 0;
  drains_ = drain;
}

void DramPseudoChannel::update(Wants& wants, const DramQueue& queue, std::uint32_t bank) const {
  const DramWant want = queue.oldest(bank) == DramQueue::kNone ? DramWant::kNothing
                        : queue.hit(bank) != DramQueue::kNone  ? DramWant::kColumn
                        : device_.is_open(bank)                ? DramWant::kPrecharge
                                                               : DramWant::kActivate;
  wants.want[bank] = static_cast<std::uint8_t>(want);
  wants.gate[bank] = device_.own_gate(want, bank);
}

void DramPseudoChannel::update(std::uint32_t bank) {
  update(read_wants_, reads_, bank);
  update(write_wants_, writes_, bank);
}

void DramPseudoChannel::update_all() {
  for (std::uint32_t bank = 0; bank < organization_.all_banks(); ++bank) update(bank);
}

// The pass over the banks has no branches: what a bank wants is as good as random.
DramPseudoChannel::Scan DramPseudoChannel::scan(std::uint64_t clock) const {
  const DramGates gates = device_.gates(drains_ ? DramCommand::kWrite : DramCommand::kRead);
  const Wants& wants = wants_in_turn();
  const std::uint32_t banks = organization_.all_banks(), shift = device_.group_shift();
  Scan found;
  std::uint64_t ready = 0, next = kNever;
  for (std::uint32_t bank = 0; bank < banks; ++bank) {
    const std::uint64_t at = std::max(wants.gate[bank], gates.shared[wants.want[bank]][bank >> shift]);
    const std::uint64_t waits = at > clock ? kNever : 0;  // all ones or none
    ready |= (~waits & 1) << bank;
    next = std::min(next, at | ~waits);
  }
  found.next_clock = next;
  const DramQueue& queue = drains_ ? writes_ : reads_;
  for (; ready != 0; ready &= ready - 1) {
    const auto bank = static_cast<std::uint32_t>(__builtin_ctzll(ready));
    ++found.ready;
    const bool is_hit = queue.hit(bank) != DramQueue::kNone;
    const DramQueue::Index request = is_hit ? queue.hit(bank) : queue.oldest(bank);
    DramQueue::Index& best = is_hit ? found.column : found.row;
    if (best == DramQueue::kNone || queue[request].number < queue[best].number) best = request;
  }
  return found;
}

// The first clock in which the next command for a bank of the queue in turn may go out.
std::uint64_t DramPseudoChannel::bank_clock(std::uint32_t bank) const {
  switch (static_cast<DramWant>(wants_in_turn().want[bank])) {
    case DramWant::kColumn:
      return device_.earliest(drains_ ? DramCommand::kWrite : DramCommand::kRead, bank);
    case DramWant::kPrecharge:
      return device_.earliest(DramCommand::kPrecharge, bank);
    case DramWant::kActivate:
      return device_.earliest(DramCommand::kActivate, bank);
    case DramWant::kNothing:
      break;
  }
  return kNever;
}

DramPseudoChannel::Scan DramPseudoChannel::scan_oldest_alone(std::uint64_t clock) const {
  const DramQueue& queue = drains_ ? writes_ : reads_;
  const DramQueue::Index index = queue.oldest();
  const std::uint32_t bank = queue[index].address.bank;
  const bool is_hit = queue.hit(bank) == index;
  const DramCommand command = is_hit                  ? (drains_ ? DramCommand::kWrite : DramCommand::kRead)
                              : device_.is_open(bank) ? DramCommand::kPrecharge
                                                      : DramCommand::kActivate;
  const std::uint64_t at = device_.earliest(command, bank);
  Scan found;
  if (at > clock)
    found.next_clock = at;
  else
    (is_hit ? found.column : found.row) = index;
  return found;
}

void DramPseudoChannel::occupy_row_bus(std::uint64_t until, DramCommandBus& bus) const {
  bus.row_free = until;
  if (!bus.row_bus) bus.column_free = until;
}

std::uint64_t DramPseudoChannel::step_refresh(std::uint64_t clock, DramCommandBus& bus, DramStatistics& statistics) {
  const DramCommand command = device_.any_open() ? DramCommand::kPrechargeAll : DramCommand::kRefresh;
  const std::uint64_t at = std::max(device_.earliest(command, 0), bus.row_free);
  if (at > clock) return at;
  device_.issue(command, 0, 0, clock);
  for (std::uint32_t bank = 0; bank < organization_.all_banks(); ++bank) {
    reads_.row_closed(bank);
    writes_.row_closed(bank);
  }
  update_all();
  occupy_row_bus(clock + organization_.precharge_clocks, bus);
  if (command == DramCommand::kPrechargeAll) {
    ++statistics.precharges;
  } else {
    ++statistics.refreshes;
    refresh_due_ += trefi_;
  }
  return clock + 1;
}

void DramPseudoChannel::issue_column(const Scan& found, std::uint64_t clock, DramCommandBus& bus,
                                     DramStatistics& statistics, boost::circular_buffer<DramCompletion>& completions) {
  DramQueue& queue = queue_in_turn();
  overtaken_ = found.column == queue.oldest() ? 0 : overtaken_ + 1;
  const DramRequest request = queue.pop_hit(queue[found.column].address.bank);
  device_.issue(drains_ ? DramCommand::kWrite : DramCommand::kRead, request.address.bank, 0, clock);
  update(request.address.bank);
  bus.column_free = clock + organization_.column_clocks;
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
  completions.push_back({request.slot, clock + device_.read_clocks() + kReturnClocks});
}

void DramPseudoChannel::issue_row(const Scan& found, std::uint64_t clock, DramCommandBus& bus,
                                  DramStatistics& statistics) {
  DramRequest& request = queue_in_turn()[found.row];
  const std::uint32_t bank = request.address.bank, row = request.address.row;
  if (device_.is_open(bank)) {
    device_.issue(DramCommand::kPrecharge, bank, 0, clock);
    request.precharged = true;
    ++statistics.precharges;
    reads_.row_closed(bank);
    writes_.row_closed(bank);
    occupy_row_bus(clock + organization_.precharge_clocks, bus);
  } else {
    device_.issue(DramCommand::kActivate, bank, row, clock);
    request.activated = true;
    ++statistics.activates;
    reads_.row_opened(bank, row);
    writes_.row_opened(bank, row);
    occupy_row_bus(clock + organization_.activate_clocks, bus);
  }
  update(bank);
}

void DramPseudoChannel::step(std::uint64_t clock, DramCommandBus& bus, DramStatistics& statistics,
                             boost::circular_buffer<DramCompletion>& completions) {
  if (clock >= refresh_due_) {
    wake_ = step_refresh(clock, bus, statistics);
    return;
  }
  choose_queue();
  wake_ = refresh_due_;
  if (queue_in_turn().empty()) return;
  if (!bus.row_bus && bus.column_free > clock) {
    wake_ = std::min(wake_, bus.column_free);
    return;
  }
  const bool alone = overtaken_ >= kMaxOvertaken;
  const Scan found = alone ? scan_oldest_alone(clock) : scan(clock);
  const auto next_at = [&](std::uint64_t at) { wake_ = std::min(wake_, at); };
  // What waits for its bank cannot go out earlier because of another command.
  next_at(found.next_clock);
  std::uint32_t issued = 0;
  if (found.column != DramQueue::kNone) {
    if (bus.column_free <= clock) {
      const std::uint32_t bank = queue_in_turn()[found.column].address.bank;
      issue_column(found, clock, bus, statistics, completions);
      ++issued;
      next_at(bank_clock(bank));
    } else {
      next_at(bus.column_free);
    }
  }
  if (found.row != DramQueue::kNone) {
    if (bus.row_free <= clock) {
      const std::uint32_t bank = queue_in_turn()[found.row].address.bank;
      issue_row(found, clock, bus, statistics);
      ++issued;
      next_at(bank_clock(bank));
    } else {
      next_at(bus.row_free);
    }
  }
  // Others are ready too, or other requests come into question.
  if (issued > 0 && (found.ready > issued || alone || overtaken_ >= kMaxOvertaken || wants_drain() != drains_))
    next_at(clock + 1);
}

DramController::DramController(const DramConfig& config)
    : map_(config.address_mapping, config.organization),
      pseudo_channels_(config.organization.pseudo_channels),
      channels_(config.organization.command_buses()),
      completions_(2 * std::size_t{config.read_queue} * config.organization.all_channels()) {
  for (std::uint32_t i = 0; i < config.organization.all_channels(); ++i)
    pseudo_.emplace_back(config, config.timing.trefi);
  for (Channel& channel : channels_) channel.bus.row_bus = config.organization.row_bus;
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
      auto turn = static_cast<std::uint32_t>(clock % pseudo_channels_);
      for (std::uint32_t k = 0; k < pseudo_channels_; ++k) {
        DramPseudoChannel& p = pseudo[turn];
        turn = turn + 1 == pseudo_channels_ ? 0 : turn + 1;
        if (p.wake() <= clock) p.step(clock, channel.bus, statistics_, completions_);
      }
      channel.wake = pseudo[0].wake();
      for (std::uint32_t k = 1; k < pseudo_channels_; ++k) channel.wake = std::min(channel.wake, pseudo[k].wake());
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
  return std::all_of(pseudo_.begin(), pseudo_.end(), [](const DramPseudoChannel& pseudo) { return pseudo.idle(); });
}

}  // namespace systole::memory
