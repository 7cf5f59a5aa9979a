// SPDX-License-Identifier: Apache-2.0
#include "compiler/piece_store.hpp"

#include <algorithm>

#include "support/error.hpp"

namespace systole::compiler {

std::optional<std::uint32_t> PieceStore::find(const PieceKey& key, std::size_t item) {
  for (Piece& p : pieces_)
    if (p.key == key) {
      p.needed_by = std::max(p.needed_by, item);
      return p.base;
    }
  return std::nullopt;
}

std::uint32_t PieceStore::overlap(const Piece& piece, std::uint32_t at, std::uint32_t words) const {
  const std::uint32_t piece_from_at = (piece.base + words_ - at) % words_;  // forward distance from `at` to the piece
  const std::uint32_t at_from_piece = (at + words_ - piece.base) % words_;
  if (at_from_piece < piece.words) return piece.words - at_from_piece;
  if (piece_from_at < words) return piece_from_at + piece.words;
  return 0;
}

std::optional<std::uint32_t> PieceStore::place(const PieceKey& key, std::uint32_t words, Zone zone, std::size_t item,
                                               std::size_t oldest_item) {
  const std::uint32_t low = zone == Zone::kUpper ? words_ / 2 : 0;
  const std::uint32_t size = zone == Zone::kAny ? words_ : words_ / 2;
  if (words > size) return std::nullopt;
  std::uint32_t& next = next_[static_cast<std::size_t>(zone)];
  // Moves past pinned pieces, at most once around.
  std::uint32_t at = low + next % size, moved = 0;
  for (bool moving = true; moving;) {
    moving = false;
    if (zone != Zone::kAny && at + words > low + size) {  // a zone does not wrap
      moved += low + size - at;
      at = low;
      moving = true;
    }
    for (const Piece& p : pieces_) {
      if (p.needed_by < oldest_item) continue;
      if (const std::uint32_t step = overlap(p, at, words)) {
        moved += step;
        at = zone == Zone::kAny ? (at + step) % words_ : low + (at - low + step) % size;
        moving = true;
      }
    }
    if (moved > 2 * size) return std::nullopt;
  }
  pieces_.erase(std::remove_if(pieces_.begin(), pieces_.end(), [&](const Piece& p) { return overlap(p, at, words) != 0; }),
                pieces_.end());
  pieces_.push_back({key, at, words, item});
  next = (at - low + words) % size;
  return at;
}

}  // namespace systole::compiler
