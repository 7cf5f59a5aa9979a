// SPDX-License-Identifier: Apache-2.0
#include "compiler/emit/buffer_allocator.hpp"

#include <algorithm>

#include "support/error.hpp"

namespace systole::compiler {

std::optional<std::uint32_t> BufferAllocator::find(const AllocationKey& key, std::size_t item) {
  for (Allocation& a : allocations_)
    if (a.key == key) {
      a.needed_by = std::max(a.needed_by, item);
      return a.base;
    }
  return std::nullopt;
}

std::uint32_t BufferAllocator::overlap(std::uint32_t base, std::uint32_t size, std::uint32_t at,
                                       std::uint32_t words) const {
  const std::uint32_t from_at = (base + words_ - at) % words_;  // forward distance from `at`
  const std::uint32_t from_base = (at + words_ - base) % words_;
  if (from_base < size) return size - from_base;
  if (from_at < words) return from_at + size;
  return 0;
}

std::optional<std::uint32_t> BufferAllocator::place(const AllocationKey& key, std::uint32_t words,
                                                    const std::optional<WordSpan>& zone, std::size_t item,
                                                    std::size_t oldest_item) {
  const std::uint32_t low = zone ? zone->low : 0, size = zone ? zone->high - zone->low : words_;
  if (words > size) return std::nullopt;
  // Moves past what must stay, at most once around.
  std::uint32_t at = low + next_[low] % size, moved = 0;
  const auto pass = [&](std::uint32_t step) {
    moved += step;
    at = low + (at - low + step) % size;
    return step != 0;
  };
  for (bool moving = true; moving;) {
    moving = false;
    if (zone && at + words > low + size) moving = pass(low + size - at);  // a zone does not wrap
    for (const Reservation& r : reservations_)
      if (r.first_item <= item && r.last_item >= oldest_item)
        moving |= pass(overlap(r.words.low, r.words.high - r.words.low, at, words));
    for (const Allocation& a : allocations_)
      if (a.needed_by >= oldest_item) moving |= pass(overlap(a.base, a.words, at, words));
    if (moved > 2 * size) return std::nullopt;
  }
  allocations_.erase(std::remove_if(allocations_.begin(), allocations_.end(),
                                    [&](const Allocation& a) { return overlap(a.base, a.words, at, words) != 0; }),
                     allocations_.end());
  allocations_.push_back({key, at, words, item});
  next_[low] = at - low + words;
  return at;
}

}  // namespace systole::compiler
