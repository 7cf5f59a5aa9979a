// SPDX-License-Identifier: Apache-2.0
#include "memory/dram_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "memory/ideal_memory.hpp"
#include "support/error.hpp"

namespace systole::memory {

namespace {

const DramConfig& checked(const MemoryConfig& config) {
  if (const auto complaint = check_dram(config.dram()))
    throw UserError(fmt::format("memory.{} = {}: must be {}", complaint->key, complaint->value, complaint->allowed));
  return config.dram();
}

// In AXI order a beat waits for its slowest burst; twice the queues keeps all of them busy. What is on the path keeps its
// place until it is shown.
std::uint64_t reorder_bursts(const DramConfig& dram, std::uint64_t path_bursts) {
  const std::uint64_t queued = std::uint64_t{dram.read_queue} * dram.organization.all_channels();
  const std::uint64_t wanted = std::max<std::uint64_t>(64, 2 * queued) + path_bursts;
  std::uint64_t size = 1;
  while (size < wanted) size *= 2;
  return size;
}

}  // namespace

DramMemory::DramMemory(const MemoryConfig& config, std::uint32_t beat_bytes, std::uint32_t chip_clock_mhz)
    : controller_(checked(config)),
      path_cycles_(config.dram().path_cycles(chip_clock_mhz)),
      beat_bytes_(beat_bytes),
      burst_bytes_(config.dram().organization.burst_bytes()),
      bursts_per_cycle_(static_cast<std::uint32_t>(2 * ((beat_bytes_ + burst_bytes_ - 1) / burst_bytes_))),
      permille_(config.backpressure_permille),
      seed_(config.backpressure_seed),
      reads_(kMostInFlight),
      arrival_(reorder_bursts(config.dram(), path_cycles_ * bursts_per_cycle_ / 2), kNever),
      writes_(kMostInFlight),
      responses_(kMostInFlight) {
  if (permille_ >= 1000) throw UserError("memory: backpressure_permille is 1000 or more, allowed: 0 to 999");
  invariant(beat_bytes > 0 && (beat_bytes & (beat_bytes - 1)) == 0, "a beat is a power of two");
  invariant(chip_clock_mhz > 0, "the chip has a clock");
  const std::uint64_t memory_mhz = config.dram().organization.clock_mhz;
  const std::uint64_t common = std::gcd<std::uint64_t>(memory_mhz, chip_clock_mhz);
  memory_clock_ = memory_mhz / common;
  chip_clock_ = chip_clock_mhz / common;
}

bool DramMemory::refuses(std::uint8_t channel, std::uint64_t cycle) const {
  return permille_ != 0 && mix(seed_, static_cast<Channel>(channel), cycle) % 1000 < permille_;
}

std::uint64_t DramMemory::first_byte(const Burst& burst) const { return burst.address & ~(beat_bytes_ - 1); }

std::uint32_t DramMemory::bursts_of(std::uint64_t first, std::uint32_t beats) const {
  const std::uint64_t last = first + beats * beat_bytes_ - 1;
  return static_cast<std::uint32_t>(last / burst_bytes_ - first / burst_bytes_ + 1);
}

const Pins& DramMemory::drive(std::uint64_t cycle) {
  // Of the cycles that were left out, only the clocks.
  if (cycle > next_observed_) advance_clocks(cycle - next_observed_);
  next_observed_ = cycle;
  const auto refused = [&](Channel channel) { return refuses(static_cast<std::uint8_t>(channel), cycle); };
  pins_.ar_ready = !reads_.full() && !refused(Channel::kAr);
  pins_.aw_ready = writes_.size() + responses_.size() < kMostInFlight && !refused(Channel::kAw);
  pins_.w_ready = buffered_beats_ < kWriteBufferBeats && !refused(Channel::kW);
  pins_.r_valid = false;
  if (!reads_.empty() && !refused(Channel::kR)) show_read_beat(cycle);
  pins_.b_valid = !responses_.empty() && responses_.front().first_cycle <= cycle && !refused(Channel::kB);
  if (pins_.b_valid) {
    pins_.b_id = responses_.front().id;
    responses_.pop_front();
  }
  return pins_;
}

void DramMemory::show_read_beat(std::uint64_t cycle) {
  const std::uint64_t mask = arrival_.size() - 1;
  while (arrived_bursts_ < split_bursts_ && arrival_[arrived_bursts_ & mask] <= cycle) ++arrived_bursts_;
  Read& read = reads_.front();
  const std::uint64_t first = read.first_byte / burst_bytes_;
  const std::uint64_t end = read.first_byte + (read.shown + 1) * beat_bytes_;
  if (arrived_bursts_ < read.first_burst + ((end - 1) / burst_bytes_ - first) + 1) return;
  pins_.r_valid = true;
  pins_.r_id = read.id;
  pins_.r_last = ++read.shown == read.beats;
  shown_bursts_ = read.first_burst + (pins_.r_last ? read.bursts : end / burst_bytes_ - first);
  if (pins_.r_last) {
    invariant(split_read_ > 0, "a read is shown after it is split");
    reads_.pop_front();
    --split_read_;
  }
}

// Carries out the clocks that begin in this cycle and the ones after it, `cycles` in all.
void DramMemory::advance_clocks(std::uint64_t cycles) {
  // Cycle t + 1 begins memory_clock_ of the common units after cycle t, a clock is chip_clock_ of
  // them; phase_ is how far next_clock_ lies behind the start of the cycle.
  const std::uint64_t units = cycles * memory_clock_;
  if (phase_ < units) {
    const std::uint64_t clocks = (units - phase_ + chip_clock_ - 1) / chip_clock_;
    next_clock_ += clocks;
    phase_ += clocks * chip_clock_;
  }
  phase_ -= units;
  controller_.advance(next_clock_);
  auto& completions = controller_.completions();
  for (const DramCompletion& done : completions) arrival_[done.slot] = shown_from(done.clock);
  completions.clear();
}

void DramMemory::observe(std::uint64_t cycle, const Transfers& transfers) {
  advance_clocks(1);
  next_observed_ = cycle + 1;
  if (transfers.ar) {
    invariant(pins_.ar_ready && transfers.ar->beats > 0, "an AR crosses only when ready, with a beat or more");
    Read read{};
    read.first_byte = first_byte(*transfers.ar);
    read.first_burst = accepted_bursts_;
    read.beats = transfers.ar->beats;
    read.bursts = bursts_of(read.first_byte, read.beats);
    read.id = transfers.ar->id;
    accepted_bursts_ += read.bursts;
    reads_.push_back(read);
  }
  if (transfers.aw) {
    invariant(pins_.aw_ready && transfers.aw->beats > 0, "an AW crosses only when ready, with a beat or more");
    Write write{};
    write.first_byte = first_byte(*transfers.aw);
    write.beats = transfers.aw->beats;
    write.bursts = bursts_of(write.first_byte, write.beats);
    write.id = transfers.aw->id;
    writes_.push_back(write);
  }
  if (transfers.w) {
    invariant(pins_.w_ready, "a W beat crosses only when ready");
    ++unclaimed_beats_;
    ++buffered_beats_;
  }
  if (split_read_ < reads_.size()) split_reads();
  if (!writes_.empty()) push_writes(cycle);
}

void DramMemory::split_reads() {
  const std::uint64_t mask = arrival_.size() - 1;
  for (std::uint32_t n = 0; n < bursts_per_cycle_ && split_read_ < reads_.size(); ++n) {
    if (split_bursts_ - shown_bursts_ >= arrival_.size()) return;
    const Read& read = reads_[split_read_];
    const std::uint64_t k = split_bursts_ - read.first_burst;
    const auto slot = static_cast<std::uint32_t>(split_bursts_ & mask);
    const std::uint64_t address = (read.first_byte / burst_bytes_ + k) * burst_bytes_;
    if (!controller_.push_read(address, slot)) return;
    arrival_[slot] = kNever;  // its completion is taken in a later cycle
    ++split_bursts_;
    if (k + 1 == read.bursts) ++split_read_;
  }
}

void DramMemory::push_writes(std::uint64_t cycle) {
  while (unclaimed_beats_ > 0 && fill_write_ < writes_.size()) {
    Write& write = writes_[fill_write_];
    const std::uint32_t taken = std::min(unclaimed_beats_, write.beats - write.arrived);
    write.arrived += taken;
    unclaimed_beats_ -= taken;
    if (write.arrived == write.beats) ++fill_write_;
  }
  for (std::uint32_t n = 0; n < bursts_per_cycle_ && !writes_.empty(); ++n) {
    Write& write = writes_.front();
    const std::uint64_t first = write.first_byte / burst_bytes_;
    const std::uint64_t all_bytes = write.beats * beat_bytes_;
    const std::uint64_t end = std::min((first + write.pushed + 1) * burst_bytes_ - write.first_byte, all_bytes);
    if (write.arrived * beat_bytes_ < end) return;
    if (!controller_.push_write((first + write.pushed) * burst_bytes_)) return;
    ++write.pushed;
    const auto freed = static_cast<std::uint32_t>(end / beat_bytes_);
    buffered_beats_ -= freed - write.freed;
    write.freed = freed;
    if (write.pushed == write.bursts) {
      responses_.push_back({cycle + 1 + path_cycles_, write.id});
      writes_.pop_front();
      --fill_write_;
    }
  }
}

// While requests enter the queues, or one was answered from them, every cycle counts. After that only answers are waited for: a
// response, or the burst that the next beat ends with, which is there no sooner than the next command.
std::uint64_t DramMemory::next_cycle(std::uint64_t cycle) const {
  if (split_read_ < reads_.size() || !writes_.empty() || buffered_beats_ != 0 || !controller_.completions().empty())
    return cycle;
  std::uint64_t next = responses_.empty() ? kNever : std::max(responses_.front().first_cycle, cycle);
  if (reads_.empty()) return next;
  const std::uint64_t mask = arrival_.size() - 1;
  const Read& read = reads_.front();
  const std::uint64_t end = read.first_byte + (read.shown + 1) * beat_bytes_;
  const std::uint64_t last = read.first_burst + ((end - 1) / burst_bytes_ - read.first_byte / burst_bytes_);
  std::uint64_t shown = cycle;
  for (std::uint64_t burst = arrived_bursts_; burst <= last; ++burst) {
    const std::uint64_t arrival = arrival_[burst & mask];
    shown = std::max(shown, arrival == kNever ? shown_from(controller_.wake()) : arrival);
  }
  return std::min(next, shown);
}

bool DramMemory::idle() const {
  return reads_.empty() && writes_.empty() && responses_.empty() && buffered_beats_ == 0;
}

}  // namespace systole::memory
