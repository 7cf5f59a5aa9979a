// SPDX-License-Identifier: Apache-2.0
//
// A bounded queue of DRAM requests in the order of their arrival, with a list for each bank. A scheduler
// examines only the banks, of which there are few, and each bank's oldest request and oldest row hit.
// Nothing allocates after construction.
#pragma once

#include <cstdint>
#include <vector>

#include "memory/address_map.hpp"
#include "support/error.hpp"

namespace systole::memory {

struct DramRequest {
  DramAddress address;
  std::uint32_t slot = 0;
  bool activated = false, precharged = false;  // commands were issued for it
  std::uint64_t number = 0;                    // in the order of coming; the queue sets it
};

class DramQueue {
 public:
  using Index = std::uint16_t;
  static constexpr Index kNone = UINT16_MAX;
  static constexpr std::uint32_t kMaxBanks = 64;

  DramQueue(std::uint32_t capacity, std::uint32_t banks)
      : entries_(capacity), banks_(banks), free_(capacity > 0 ? 0 : kNone) {
    invariant(capacity < kNone && banks <= kMaxBanks, "a queue's indices fit");
    for (std::uint32_t i = 0; i < capacity; ++i)
      entries_[i].next = i + 1 < capacity ? static_cast<Index>(i + 1) : kNone;
  }

  bool empty() const { return size_ == 0; }
  bool full() const { return free_ == kNone; }
  std::uint32_t size() const { return size_; }
  std::uint64_t banks() const { return occupied_; }  // a bit per bank with a request

  DramRequest& operator[](Index index) { return entries_[index].request; }
  const DramRequest& operator[](Index index) const { return entries_[index].request; }
  Index oldest(std::uint32_t bank) const { return banks_[bank].head; }
  // Of all banks; the queue is not empty.
  Index oldest() const {
    Index best = kNone;
    std::uint64_t best_number = UINT64_MAX;
    for (std::uint64_t left = occupied_; left != 0; left &= left - 1) {
      const Index head = banks_[static_cast<std::size_t>(__builtin_ctzll(left))].head;
      const std::uint64_t number = entries_[head].request.number;
      best = number < best_number ? head : best;  // no branch: which is oldest is as good as random
      best_number = number < best_number ? number : best_number;
    }
    return best;
  }
  // The oldest request for the open row, or kNone.
  Index hit(std::uint32_t bank) const { return banks_[bank].hit; }

  bool holds(const DramAddress& address) const {
    for (Index i = banks_[address.bank].head; i != kNone; i = entries_[i].next)
      if (entries_[i].request.address == address) return true;
    return false;
  }

  // `hits`: its row is open.
  void push(const DramRequest& request, bool hits) {
    invariant(!full(), "a queue has room for what is pushed");
    const Index index = free_;
    free_ = entries_[index].next;
    entries_[index].request = request;
    entries_[index].request.number = pushed_++;
    entries_[index].next = kNone;
    Bank& bank = banks_[request.address.bank];
    if (bank.head == kNone)
      bank.head = index;
    else
      entries_[bank.tail].next = index;
    bank.tail = index;
    if (hits && bank.hit == kNone) bank.hit = index;
    occupied_ |= std::uint64_t{1} << request.address.bank;
    ++size_;
  }

  // Takes out the oldest row hit of a bank.
  DramRequest pop_hit(std::uint32_t bank_number) {
    Bank& bank = banks_[bank_number];
    const Index index = bank.hit;
    invariant(index != kNone, "a row hit is popped where there is one");
    const DramRequest request = entries_[index].request;
    Index before = kNone;
    for (Index i = bank.head; i != index; i = entries_[i].next) before = i;
    const Index next = entries_[index].next;
    (before == kNone ? bank.head : entries_[before].next) = next;
    if (next == kNone) bank.tail = before;
    bank.hit = find_row(next, request.address.row);
    entries_[index].next = free_;
    free_ = index;
    if (bank.head == kNone) occupied_ &= ~(std::uint64_t{1} << bank_number);
    --size_;
    return request;
  }

  void row_opened(std::uint32_t bank, std::uint32_t row) { banks_[bank].hit = find_row(banks_[bank].head, row); }
  void row_closed(std::uint32_t bank) { banks_[bank].hit = kNone; }

 private:
  struct Entry {
    DramRequest request;
    Index next = kNone;  // younger of the same bank, or the next free one
  };
  struct Bank {
    Index head = kNone, tail = kNone, hit = kNone;
  };

  Index find_row(Index from, std::uint32_t row) const {
    while (from != kNone && entries_[from].request.address.row != row) from = entries_[from].next;
    return from;
  }

  std::vector<Entry> entries_;
  std::vector<Bank> banks_;
  std::uint64_t occupied_ = 0;
  std::uint64_t pushed_ = 0;
  std::uint32_t size_ = 0;
  Index free_;
};

}  // namespace systole::memory
