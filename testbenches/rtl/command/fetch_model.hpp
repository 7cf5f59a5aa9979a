// SPDX-License-Identifier: Apache-2.0
//
// The AXI memory that a program is fetched from, and what instruction_fetch must do with it, cycle
// by cycle. The benches of instruction_fetch and command_processor share both.
#pragma once

#include <deque>

#include "compare.hpp"

namespace systole::bench {

inline constexpr int kInstructionBits = 1024;
inline constexpr int kInstructionBytes = 128;

/// How often the memory is willing, in percent of the cycles.
struct MemoryRates {
  int accept = 100;  // a burst
  int beat = 100;    // to give a beat that is due
  int latency = 4;   // cycles from an accepted burst to its first beat, at least 1
};

/// Expects the bursts of a program and answers them in order. Checks the AXI rules of the channel
/// and every burst's address and length.
class FetchMemory {
 public:
  FetchMemory(Bench& bench, int data_bits, uint64_t stream)
      : bench_(bench), data_bits_(data_bits), random_(random_stream(stream)), hold_(std::in_place, bench, "AR") {}

  void start(uint64_t base, std::vector<Words> program) {
    base_ = base;
    program_ = std::move(program);
    accepted_ = 0;
  }

  /// The chip was reset: bursts that it asked for are forgotten.
  void reset() {
    beats_.clear();
    hold_.emplace(bench_, "AR");
  }

  /// Call once per clock, with what is on the pins. Returns true if a burst was accepted.
  bool on_address(bool valid, bool ready, uint64_t address, uint64_t length, uint64_t cycle, int latency) {
    hold_->on_clock(
        valid, ready,
        {static_cast<uint32_t>(address), static_cast<uint32_t>(address >> 32), static_cast<uint32_t>(length)});
    if (!valid) return false;
    expect_equal(bench_, "ar_addr_o", base_ + accepted_ * kInstructionBytes, address);
    expect_equal(bench_, "ar_len_o", kInstructionBits / data_bits_ - 1, length);
    check_burst(bench_, "AR", address, length + 1, data_bits_ / 8, 128);
    if (!ready) return false;
    if (accepted_ == program_.size()) {
      bench_.fail("AR: a burst behind the end of the program");
      return false;
    }
    for (int lsb = 0; lsb < kInstructionBits; lsb += data_bits_) {
      beats_.push_back({slice_words(program_[accepted_], lsb, data_bits_), cycle + latency});
    }
    ++accepted_;
    return true;
  }

  /// The beat of the next cycle, if there is one.
  std::optional<Words> next_beat(uint64_t next_cycle, int percent) {
    if (beats_.empty() || beats_.front().due > next_cycle || !random_.chance(percent)) return {};
    Words data = beats_.front().data;
    beats_.pop_front();
    return data;
  }

 private:
  struct Beat {
    Words data;
    uint64_t due;
  };
  Bench& bench_;
  int data_bits_;
  Random random_;
  std::optional<HoldCheck> hold_;
  uint64_t base_ = 0, accepted_ = 0;
  std::vector<Words> program_;
  std::deque<Beat> beats_;
};

/// Timing of instruction_fetch as its header states it.
class FetchModel {
 public:
  FetchModel(int data_bits, int depth) : beats_(kInstructionBits / data_bits), depth_(depth) {}

  /// A burst is on offer: asked for or waiting are fewer than the depth.
  bool offers() const { return asked_ < count_ && asked_ - taken_ < depth_; }
  /// An instruction whose last beat came in cycle t is there from cycle t + 2.
  bool valid(uint64_t cycle) const { return !arrived_.empty() && arrived_.front() + 2 <= cycle; }
  uint64_t received() const { return received_; }
  /// Instructions that left: the index of the one at the head.
  uint64_t taken() const { return taken_; }
  uint64_t in_flight() const { return asked_ - taken_; }

  /// What happened in this cycle.
  void step(uint64_t cycle, bool accepted, bool beat, bool taken) {
    asked_ += accepted;
    if (taken) {
      arrived_.pop_front();
      ++taken_;
    }
    if (beat && ++beat_ == beats_) {
      beat_ = 0;
      ++received_;
      arrived_.push_back(cycle);
    }
  }
  void start(uint64_t count) {
    count_ = count;
    asked_ = taken_ = received_ = 0;
  }

 private:
  int beats_;
  uint64_t depth_;
  uint64_t count_ = 0, asked_ = 0, taken_ = 0, received_ = 0;
  int beat_ = 0;
  std::deque<uint64_t> arrived_;
};

}  // namespace systole::bench
