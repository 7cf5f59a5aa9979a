// SPDX-License-Identifier: Apache-2.0
//
// Finds out that a machine repeats itself, and lets it repeat many times at once.
//
// All that decides what a machine does next is shown to a SteadyState at two of its cycles, P cycles apart. If nothing differs but
// points in time (which moved along by P), addresses (which decide nothing) and counters that are far from where they decide
// something, then the next P cycles are as the last P were, and so on, until the first counter gets near. The machine is then put
// forward by k periods in one go: points in time by k P, addresses and counters by k times what they moved in the last period.
//
//   steady.look(cycle);        visit(steady);      // remembers what it is shown
//   if (const auto periods = steady.periods(until)) { steady.put_forward(*periods); visit(steady); }
//
// A block describes itself in one function, visit(SteadyState&), that serves both: it names each of its variables once, in the
// same order each time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace systole {

class SteadyState {
 public:
  static constexpr std::uint64_t kUnbounded = ~0ull >> 1;

  // Decides what happens next: has to come back as it was.
  template <typename T>
  void same(const T& value) {
    if (!forward_) record(static_cast<std::uint64_t>(value));
  }

  // A cycle: has to come back as far from now as it was. `never` for a cycle that is not due at all.
  void moment(std::uint64_t& cycle, std::uint64_t never = ~0ull) {
    if (forward_) {
      if (cycle != never) cycle += periods_ * period_;
    } else {
      record(cycle == never ? never : cycle - cycle_);
    }
  }

  // Decides nothing: an address, or a sum that is only reported. It moves by the same amount in each period.
  template <typename T>
  void free(T& value) {
    if (forward_) {
      value = static_cast<T>(value + periods_ * steps_[index_++]);
    } else {
      remember(static_cast<std::uint64_t>(value));
    }
  }

  // A counter of several digits, an odometer, begins here. At most one of its digits may move in a period: then no digit has gone
  // around, or the ones inside of that one have gone around whole.
  void counter() { digit_moved_ = false; }
  // A digit of it. What it decides is the same as long as it is from `low` to `high`.
  template <typename T>
  void digit(T& value, std::uint64_t low, std::uint64_t high) {
    if (forward_) {
      value = static_cast<T>(value + periods_ * steps_[index_++]);
      return;
    }
    record(low);
    record(high);
    const std::uint64_t now = value;
    const std::uint64_t step = remember(now);
    if (step == 0) return;
    if (digit_moved_) alike_ = false;
    digit_moved_ = true;
    const bool rises = step >> 63 == 0;
    const std::uint64_t room = rises ? (now <= high ? high - now : 0) : (now >= low ? now - low : 0);
    bound_ = std::min(bound_, room / (rises ? step : -step));
  }

  // Something here never repeats.
  void refuse() { alike_ = false; }

  // Begins to look at the machine at the end of `cycle`.
  void look(std::uint64_t cycle) {
    forward_ = false;
    period_ = cycle - cycle_;
    cycle_ = cycle;
    alike_ = seen_;
    seen_ = true;
    bound_ = kUnbounded;
    values_seen_ = value_index_;
    linear_seen_ = linear_index_;
    value_index_ = linear_index_ = 0;
  }
  // How many whole periods will be like the last one and end before the cycle `until`. 0: not known to repeat.
  std::uint64_t periods(std::uint64_t until) const {
    if (!alike_ || value_index_ != values_seen_ || linear_index_ != linear_seen_) return 0;
    return until > cycle_ + 1 ? std::min(bound_, (until - 1 - cycle_) / period_) : 0;
  }
  // The next visit puts the machine forward.
  void put_forward(std::uint64_t periods) {
    forward_ = true;
    periods_ = periods;
    index_ = 0;
    seen_ = false;
  }
  std::uint64_t period() const { return period_; }  // cycles
  // Something happened that is not shown: what was seen before does not count.
  void forget() { seen_ = false; }

 private:
  void record(std::uint64_t value) {
    if (value_index_ == values_.size()) values_.push_back(~value);
    alike_ = alike_ && values_[value_index_] == value;
    values_[value_index_++] = value;
  }
  std::uint64_t remember(std::uint64_t value) {
    if (linear_index_ == linear_.size()) {
      linear_.push_back(0);
      steps_.push_back(0);
    }
    const std::uint64_t step = steps_[linear_index_] = value - linear_[linear_index_];
    linear_[linear_index_++] = value;
    return step;
  }

  bool forward_ = false, seen_ = false, alike_ = false, digit_moved_ = false;
  std::uint64_t cycle_ = 0, period_ = 0, periods_ = 0, bound_ = 0;
  std::size_t value_index_ = 0, linear_index_ = 0;  // shown so far in this look
  std::size_t values_seen_ = 0, linear_seen_ = 0;   // shown in the look before
  std::size_t index_ = 0;                           // put forward so far
  std::vector<std::uint64_t> values_;          // of same and moment
  std::vector<std::uint64_t> linear_, steps_;  // of free and digit; what they moved by in the last period
};

}  // namespace systole
