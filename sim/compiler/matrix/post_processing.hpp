// SPDX-License-Identifier: Apache-2.0
//
// What the stores of a matrix problem do with each sum on its way out: bias, requantization, clamp, and a fused
// addition of a residual operand.
#pragma once

#include <optional>

#include "compiler/lower/item_builder.hpp"
#include "compiler/lower/patch.hpp"
#include "compiler/matrix/loop_nest.hpp"

namespace systole::compiler {

// A store from the accumulators with everything but its loops and addresses.
isa::Store post_processing(const MatrixProblem& problem);

// The residual operand of a problem: loaded into a zone of the activation buffer, or read in place.
class ResidualOperand {
 public:
  // Distances in groups of post_lanes bytes, as a store's strides.
  struct Strides {
    std::int64_t column = 0, row = 0, block = 0;
  };

  // All but the zone must outlive it. The problem has a residual operand, or no method may be called.
  ResidualOperand(const ItemBuilder& items, const MatrixProblem& problem, const std::optional<WordSpan>& zone)
      : items_(items), problem_(problem), zone_(zone) {}

  // Makes channel blocks [first, first + blocks) of the tile of outputs what the store of the item adds, from channel
  // `channel` on. The loads of several stores of one group are the same, so they are done once.
  Strides add_to(Item& item, isa::Store& store, const Tile& tile, std::int64_t first, std::int64_t blocks,
                 std::int64_t channel) const;

 private:
  Strides read_in_place(Item& item, isa::Store& store, const Tile& tile, std::int64_t first, std::int64_t blocks,
                        std::int64_t channel) const;

  const ItemBuilder& items_;
  const MatrixProblem& problem_;
  std::optional<WordSpan> zone_;
};

}  // namespace systole::compiler
