// SPDX-License-Identifier: Apache-2.0
//
// Where the contents of one buffer lie.
//
// The buffer is a ring. A new allocation is placed behind the youngest one and evicts what is there, which is the
// oldest. So activation tiles alternate between regions, and weights that all fit are loaded once and stay. An
// allocation that an item not yet computed needs is pinned: a new one is placed behind it, or fails.
//
// An allocation with a zone stays within it, and each zone is a separate ring. Without a zone it may wrap around the
// end of the buffer, as the chip's addresses do. The words of a resident tensor are pinned as long as an item between
// the one being computed and the one that needs the allocation has them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/emit/items.hpp"

namespace systole::compiler {

class BufferAllocator {
 public:
  explicit BufferAllocator(std::uint32_t words, std::vector<Reservation> reservations = {})
      : words_(words), reservations_(std::move(reservations)) {}

  // Base address of the contents with this key if they are in the buffer; `item` needs them.
  std::optional<std::uint32_t> find(const AllocationKey& key, std::size_t item);

  // Allocates words for contents that `item` needs. Contents that items from `oldest_item` on need are not evicted.
  // Nothing if there is no room.
  std::optional<std::uint32_t> place(const AllocationKey& key, std::uint32_t words, const std::optional<WordSpan>& zone,
                                     std::size_t item, std::size_t oldest_item);

  std::uint32_t words() const { return words_; }

 private:
  struct Allocation {
    AllocationKey key;
    std::uint32_t base = 0, words = 0;
    std::size_t needed_by = 0;  // youngest item
  };

  // How far an allocation of `words` words at `at` has to move on to be clear of [base, base + size); 0 if it is.
  std::uint32_t overlap(std::uint32_t base, std::uint32_t size, std::uint32_t at, std::uint32_t words) const;

  std::uint32_t words_;
  std::vector<Allocation> allocations_;
  std::vector<Reservation> reservations_;
  std::map<std::uint32_t, std::uint32_t> next_;  // by the zone's first word
};

}  // namespace systole::compiler
