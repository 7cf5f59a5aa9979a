// SPDX-License-Identifier: Apache-2.0
//
// The timing of the chip's two queues (rtl/common/fifo.sv, rtl/common/ram_fifo.sv), with their contents or, if only the
// number of entries matters, without.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace systole::cycle {

// Entries in the order of their arrival. The size of the storage is a power of two, so that an index wraps around by
// one mask: these queues are in the innermost loop of the model. Nothing is checked: pop and front need an entry, push
// needs room.
template <typename T>
class Ring {
 public:
  explicit Ring(std::size_t depth) : depth_(depth) {
    std::size_t size = 1;
    while (size < depth) size *= 2;
    entries_.resize(size);
    mask_ = size - 1;
  }
  std::size_t size() const { return tail_ - head_; }
  bool empty() const { return tail_ == head_; }
  bool full() const { return size() == depth_; }
  const T& front() const { return entries_[head_ & mask_]; }
  T& front() { return entries_[head_ & mask_]; }
  const T& operator[](std::size_t i) const { return entries_[(head_ + i) & mask_]; }
  T& back() { return entries_[(tail_ - 1) & mask_]; }
  const T& back() const { return entries_[(tail_ - 1) & mask_]; }
  void pop() { ++head_; }
  void push(const T& entry) { entries_[tail_++ & mask_] = entry; }

 private:
  std::size_t depth_, mask_, head_ = 0, tail_ = 0;
  std::vector<T> entries_;
};

// An entry pushed in cycle t is at the front in cycle t + 1. pop() and push() are called at the end of a cycle, pop
// first.
template <typename T>
class Fifo {
 public:
  explicit Fifo(std::size_t depth) : entries_(depth) {}
  bool ready() const { return !entries_.full(); }
  bool valid() const { return !entries_.empty(); }
  const T& front() const { return entries_.front(); }
  void pop() { entries_.pop(); }
  void push(const T& entry) { entries_.push(entry); }

 private:
  Ring<T> entries_;
};

// An entry pushed in cycle t is at the front in cycle t + 2 at the earliest. At the end of every cycle: first end_cycle
// with whether the front was taken, then push. ready() is asked before both.
template <typename T>
class RamFifo {
 public:
  explicit RamFifo(std::size_t depth) : entries_(depth) {}
  bool ready() const { return !entries_.full(); }
  bool valid() const { return valid_; }
  const T& front() const { return entries_.front(); }
  void end_cycle(bool taken) {
    if (taken) entries_.pop();
    valid_ = !entries_.empty();
  }
  void push(const T& entry) { entries_.push(entry); }
  bool any() const { return !entries_.empty() || valid_; }
  // False if an entry comes to the front in the next cycle without a push or a pop.
  bool settled() const { return valid_ || entries_.empty(); }

 private:
  Ring<T> entries_;
  bool valid_ = false;
};

// A ram_fifo whose entries are all alike.
class RamFifoCount {
 public:
  explicit RamFifoCount(std::size_t depth) : depth_(depth) {}
  bool ready() const { return count_ != depth_; }
  bool valid() const { return valid_; }
  void end_cycle(bool taken) {
    count_ -= taken;
    valid_ = count_ != 0;
  }
  void push() { ++count_; }
  bool settled() const { return valid_ || count_ == 0; }
  // True if its state stays the same while in every cycle one entry leaves and one arrives.
  bool steady() const { return valid_ && count_ >= 2; }

 private:
  std::size_t depth_, count_ = 0;
  bool valid_ = false;
};

}  // namespace systole::cycle
