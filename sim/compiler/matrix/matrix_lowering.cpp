// SPDX-License-Identifier: Apache-2.0
#include "compiler/matrix/matrix_lowering.hpp"

#include <optional>

#include "compiler/matrix/matrix_instruction.hpp"
#include "compiler/matrix/weight_packing.hpp"

namespace systole::compiler {
namespace {

// One run with one tiling.
class RunLowering {
 public:
  RunLowering(ItemBuilder& items, const MatrixProblem& problem, const ColumnRun& run, const Tiling& tiling,
              const std::optional<WordSpan>& activation_zone, GroupStores& stores)
      : items_(items),
        problem_(problem),
        tiles_(tiles_of(problem, tiling)),
        groups_(groups_of(run, tiling)),
        chunks_(chunks_of(problem, run, tiling)),
        instructions_(items, problem, run, activation_zone),
        stores_(stores) {
    if (!problem.right) weights_.emplace(problem, items.chip(), groups_, chunks_, items.weights());
  }

  void run(bool columns_outer) {
    if (columns_outer) {
      for (std::size_t g = 0; g < groups_.size(); ++g)
        for (const Tile& tile : tiles_) add_items(tile, g);
    } else {
      for (const Tile& tile : tiles_)
        for (std::size_t g = 0; g < groups_.size(); ++g) add_items(tile, g);
    }
  }

 private:
  // One group of column blocks at the positions of one tile.
  void add_items(const Tile& tile, std::size_t group_index) {
    const Group& group = groups_[group_index];
    const std::uint32_t accumulator_rows = items_.next_accumulator_rows();
    for (std::size_t c = 0; c < chunks_.size(); ++c) {
      Item item = items_.new_item();
      item.requests.push_back(weights_ ? weights_->request(group_index, c)
                                       : right_operand_request(items_, problem_, tile.image, group, chunks_[c]));
      instructions_.add_to(item, tile, group, chunks_[c], accumulator_rows);
      item.matrix->accumulate = c > 0;
      if (c + 1 < chunks_.size())
        items_.add(std::move(item));
      else
        stores_.add(std::move(item), tile, group, accumulator_rows);
    }
  }

  ItemBuilder& items_;
  const MatrixProblem& problem_;
  std::vector<Tile> tiles_;
  std::vector<Group> groups_;
  std::vector<Chunk> chunks_;
  MatrixInstructions instructions_;
  std::optional<WeightPacking> weights_;  // none if they are a tensor
  GroupStores& stores_;
};

}  // namespace

MatrixLowering::MatrixLowering(ItemBuilder& items, const MatrixProblem& problem)
    : items_(items),
      problem_(problem),
      share_(buffer_share(problem, items.chip(), items.free_words().high)),
      stores_(items, problem, share_.residual_zone) {}

void MatrixLowering::lower(const ColumnRun& run, const Tiling& tiling) {
  RunLowering(items_, problem_, run, tiling, share_.activation_zone, stores_).run(tiling.columns_outer);
}

}  // namespace systole::compiler
