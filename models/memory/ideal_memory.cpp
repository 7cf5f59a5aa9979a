// SPDX-License-Identifier: Apache-2.0
#include "memory/ideal_memory.hpp"

#include <algorithm>

#include "support/error.hpp"

namespace systole::memory {

namespace {

std::uint64_t splitmix64(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ull;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

}  // namespace

std::uint64_t mix(std::uint64_t seed, Channel channel, std::uint64_t cycle) {
  return splitmix64(seed ^ splitmix64(cycle * 8 + static_cast<std::uint64_t>(channel)));
}

IdealMemory::IdealMemory(const MemoryConfig& config, std::uint32_t beat_bytes)
    : latency_cycles_(std::max<std::uint32_t>(config.ideal().latency_cycles, 1)),
      bytes_per_cycle_(config.ideal().bytes_per_cycle),
      beat_bytes_(beat_bytes),
      permille_(config.backpressure_permille),
      seed_(config.backpressure_seed),
      reads_(kMostInFlight),
      writes_(kMostInFlight),
      data_cycles_(kMostInFlight),
      responses_(kMostInFlight) {
  if (bytes_per_cycle_ == 0) throw UserError("memory: bytes_per_cycle is 0, allowed: 1 or more");
  if (permille_ >= 1000) throw UserError("memory: backpressure_permille is 1000 or more, allowed: 0 to 999");
  invariant(beat_bytes_ > 0, "a beat has at least one byte");
}

bool IdealMemory::refuses(Channel channel, std::uint64_t cycle) const {
  return permille_ != 0 && mix(seed_, channel, cycle) % 1000 < permille_;
}

const Pins& IdealMemory::drive(std::uint64_t cycle) {
  // Of the cycles since the last one driven, none spent a credit.
  if (cycle > driven_cycle_ + 1) {
    const std::uint64_t quiet = std::min(cycle - driven_cycle_ - 1, beat_bytes_);
    credits_ = std::min(credits_, beat_bytes_ - 1) + quiet * bytes_per_cycle_;
  }
  driven_cycle_ = cycle;
  credits_ = std::min(credits_, beat_bytes_ - 1) + bytes_per_cycle_;

  pins_.ar_ready = !reads_.full() && !refuses(Channel::kAr, cycle);
  pins_.aw_ready = writes_.size() + responses_.size() < kMostInFlight && !refuses(Channel::kAw, cycle);

  const bool read_waits = !reads_.empty() && reads_.front().first_cycle <= cycle && !refuses(Channel::kR, cycle);
  const bool write_waits = write_beats_owed_ > 0;
  const bool write_accepts = !data_cycles_.full() && !refuses(Channel::kW, cycle);

  bool write_first = false;
  if (read_waits && write_waits && write_accepts && credits_ >= beat_bytes_ && credits_ < 2 * beat_bytes_) {
    write_first = write_turn_;
    write_turn_ = !write_turn_;
  }

  pins_.r_valid = read_waits && !write_first && credits_ >= beat_bytes_;
  if (pins_.r_valid) {
    credits_ -= beat_bytes_;
    Read& read = reads_.front();
    pins_.r_id = read.id;
    pins_.r_last = --read.beats_left == 0;
    if (pins_.r_last) reads_.pop_front();
  }
  pins_.w_ready = write_accepts && credits_ >= beat_bytes_;

  pins_.b_valid = !responses_.empty() && responses_.front().first_cycle <= cycle && !refuses(Channel::kB, cycle);
  if (pins_.b_valid) {
    pins_.b_id = responses_.front().id;
    responses_.pop_front();
  }
  return pins_;
}

void IdealMemory::observe(std::uint64_t cycle, const Transfers& transfers) {
  if (transfers.ar) {
    invariant(pins_.ar_ready && transfers.ar->beats > 0, "an AR crosses only when ready, with a beat or more");
    reads_.push_back({cycle + latency_cycles_, transfers.ar->beats, transfers.ar->id});
  }
  if (!transfers.aw && !transfers.w) return;
  if (transfers.aw) {
    invariant(pins_.aw_ready && transfers.aw->beats > 0, "an AW crosses only when ready, with a beat or more");
    writes_.push_back({cycle, transfers.aw->id});
    write_beats_owed_ += transfers.aw->beats;
  }
  if (transfers.w) {
    invariant(pins_.w_ready, "a W beat crosses only when ready");
    credits_ -= beat_bytes_;
    --write_beats_owed_;
    if (transfers.w_last) data_cycles_.push_back(cycle);
  }
  match_writes();
}

void IdealMemory::match_writes() {
  while (!writes_.empty() && !data_cycles_.empty()) {
    const std::uint64_t complete = std::max(writes_.front().accepted_cycle, data_cycles_.front());
    responses_.push_back({complete + latency_cycles_, writes_.front().id});
    writes_.pop_front();
    data_cycles_.pop_front();
  }
}

std::uint64_t IdealMemory::next_cycle(std::uint64_t cycle) const {
  std::uint64_t next = kNever;
  if (!reads_.empty()) next = reads_.front().first_cycle;
  if (!responses_.empty()) next = std::min(next, responses_.front().first_cycle);
  return std::max(next, cycle);
}

std::uint64_t IdealMemory::steady_beats(std::uint64_t cycle) const {
  if (cycle != driven_cycle_ + 1 || bytes_per_cycle_ < beat_bytes_ || permille_ != 0 || write_beats_owed_ > 0) return 0;
  if (reads_.empty() || reads_.front().first_cycle > cycle) return 0;
  const std::uint64_t beats = reads_.front().beats_left - 1;
  if (responses_.empty()) return beats;
  const std::uint64_t response_cycle = responses_.front().first_cycle;
  return response_cycle > cycle ? std::min(beats, response_cycle - cycle) : 0;
}

void IdealMemory::skip_beats(std::uint64_t cycle, std::uint64_t cycles) {
  if (cycles == 0) return;
  invariant(cycles <= steady_beats(cycle), "only beats that are certain are skipped");
  driven_cycle_ = cycle + cycles - 1;
  const std::uint64_t gain = bytes_per_cycle_ - beat_bytes_;
  credits_ = std::min(credits_ + (cycles - 1) * gain, beat_bytes_ - 1) + gain;
  reads_.front().beats_left -= static_cast<std::uint32_t>(cycles);
}

bool IdealMemory::idle() const {
  return reads_.empty() && writes_.empty() && data_cycles_.empty() && responses_.empty() && write_beats_owed_ == 0;
}

}  // namespace systole::memory
