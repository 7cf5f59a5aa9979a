// SPDX-License-Identifier: Apache-2.0
//
// Stage (d), first half: where pieces lie in one buffer.
//
// The buffer is a ring. A new piece goes behind the youngest one and evicts what lies there, which
// is the oldest: activation tiles so alternate between regions, and weights that all fit are loaded
// once and stay. A piece that an item not yet computed needs is pinned: a placement that would
// evict it moves past it, or fails. A piece with a zone stays within it, and a zone is a ring of
// its own; without one it may wrap around the end of the buffer, as the chip's addresses do. Words
// reserved for resident tensors are pinned as long as an item between the one being computed and
// the one that needs the piece has them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/emit/items.hpp"

namespace systole::compiler {

class PieceStore {
 public:
  explicit PieceStore(std::uint32_t words, std::vector<Reservation> reservations = {})
      : words_(words), reservations_(std::move(reservations)) {}

  // Base address of a resident piece, which `item` needs.
  std::optional<std::uint32_t> find(const PieceKey& key, std::size_t item);

  // Places a piece that `item` needs; pieces that items from `oldest_item` on need stay. Nothing if
  // there is no room.
  std::optional<std::uint32_t> place(const PieceKey& key, std::uint32_t words, const std::optional<WordSpan>& zone,
                                     std::size_t item, std::size_t oldest_item);

  std::uint32_t words() const { return words_; }

 private:
  struct Piece {
    PieceKey key;
    std::uint32_t base = 0, words = 0;
    std::size_t needed_by = 0;  // youngest item
  };

  // How far a piece of `words` at `at` has to move on to be clear of [base, base + size), 0 if it
  // is.
  std::uint32_t overlap(std::uint32_t base, std::uint32_t size, std::uint32_t at, std::uint32_t words) const;

  std::uint32_t words_;
  std::vector<Piece> pieces_;
  std::vector<Reservation> reservations_;
  std::map<std::uint32_t, std::uint32_t> next_;  // by the zone's first word
};

}  // namespace systole::compiler
