// SPDX-License-Identifier: Apache-2.0
//
// Stage (d), first half: where pieces lie in one buffer.
//
// The buffer is a ring. A new piece goes behind the youngest one and evicts what lies there, which is the oldest: activation
// tiles so alternate between regions, and weights that all fit are loaded once and stay. A piece that an item not yet
// computed needs is pinned: a placement that would evict it moves past it, or fails. Operands with a zone go to that half of
// the buffer, each half a ring of its own. A piece may wrap around the end of the whole buffer, as the chip's addresses do.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/items.hpp"

namespace systole::compiler {

class PieceStore {
 public:
  explicit PieceStore(std::uint32_t words) : words_(words) {}

  // Base address of a resident piece, which `item` needs.
  std::optional<std::uint32_t> find(const PieceKey& key, std::size_t item);

  // Places a piece that `item` needs; pieces that items from `oldest_item` on need stay. Nothing if there is no room.
  std::optional<std::uint32_t> place(const PieceKey& key, std::uint32_t words, Zone zone, std::size_t item,
                                     std::size_t oldest_item);

  std::uint32_t words() const { return words_; }

 private:
  struct Piece {
    PieceKey key;
    std::uint32_t base = 0, words = 0;
    std::size_t needed_by = 0;  // youngest item
  };

  // Distance from the start of `piece` forward to `at`, if `words` from `at` on overlap it: how far to move on, else 0.
  std::uint32_t overlap(const Piece& piece, std::uint32_t at, std::uint32_t words) const;

  std::uint32_t words_;
  std::vector<Piece> pieces_;
  std::array<std::uint32_t, 3> next_ = {0, 0, 0};  // by zone
};

}  // namespace systole::compiler
