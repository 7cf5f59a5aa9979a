// SPDX-License-Identifier: Apache-2.0
//
// The matrix instruction of one tile, group and chunk, with the window of the input that it reads: loaded from DRAM
// into the activation buffer, or in place if the input is there already.
#pragma once

#include <optional>

#include "compiler/lower/item_builder.hpp"
#include "compiler/lower/patch.hpp"
#include "compiler/matrix/loop_nest.hpp"

namespace systole::compiler {

class MatrixInstructions {
 public:
  // Of one run of a problem; windows of the input lie in `zone`. All but the zone must outlive it.
  MatrixInstructions(const ItemBuilder& items, const MatrixProblem& problem, const ColumnRun& run,
                     const std::optional<WordSpan>& zone)
      : items_(items), problem_(problem), run_(run), zone_(zone) {}

  // Gives the item, whose first request is the weights, its instruction. The sums go to accumulator rows from
  // `accumulator_rows` on, column block by column block.
  void add_to(Item& item, const Tile& tile, const Group& group, const Chunk& chunk,
              std::uint32_t accumulator_rows) const;

 private:
  Patch window(const Tile& tile, const Group& group, const Chunk& chunk) const;
  PatchStrides read_in_place(Item& item, const Patch& window) const;
  PatchStrides load(Item& item, const Patch& window) const;

  const ItemBuilder& items_;
  const MatrixProblem& problem_;
  const ColumnRun& run_;
  std::optional<WordSpan> zone_;
};

}  // namespace systole::compiler
