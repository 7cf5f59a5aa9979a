// SPDX-License-Identifier: Apache-2.0
//
// The two queues of the chip, as their users see them in time (rtl/common/fifo.sv, rtl/common/ram_fifo.sv).
#pragma once

#include <boost/circular_buffer.hpp>
#include <cstddef>

namespace systole::cycle {

// An entry pushed in cycle t is at the front in cycle t + 1. pop() and push() are called at the end of a cycle, pop first.
template <typename T>
class Fifo {
 public:
  explicit Fifo(std::size_t depth) : entries_(depth) {}
  bool ready() const { return !entries_.full(); }
  bool valid() const { return !entries_.empty(); }
  const T& front() const { return entries_.front(); }
  void pop() { entries_.pop_front(); }
  void push(const T& entry) { entries_.push_back(entry); }
  void clear() { entries_.clear(); }

 private:
  boost::circular_buffer<T> entries_;
};

// An entry pushed in cycle t is at the front in cycle t + 2 at the earliest. At the end of every cycle: first end_cycle with
// whether the front was taken, then push. ready() is asked before both.
template <typename T>
class RamFifo {
 public:
  explicit RamFifo(std::size_t depth) : entries_(depth) {}
  bool ready() const { return !entries_.full(); }
  bool valid() const { return valid_; }
  const T& front() const { return entries_.front(); }
  void end_cycle(bool taken) {
    if (taken) entries_.pop_front();
    valid_ = !entries_.empty();
  }
  void push(const T& entry) { entries_.push_back(entry); }
  // False if an entry comes to the front in the next cycle without anybody's doing.
  bool settled() const { return valid_ || entries_.empty(); }

 private:
  boost::circular_buffer<T> entries_;
  bool valid_ = false;
};

}  // namespace systole::cycle
