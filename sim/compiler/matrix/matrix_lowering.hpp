// SPDX-License-Identifier: Apache-2.0
//
// A matrix problem becomes items, run by run, in the loops of loop_nest.hpp. Each tile and group has one item for each
// chunk, with the chunk's weights and matrix instruction. The stores follow the last chunk.
#pragma once

#include "compiler/matrix/buffer_share.hpp"
#include "compiler/matrix/group_stores.hpp"

namespace systole::compiler {

class MatrixLowering {
 public:
  // Packs the parameters. The problem belongs to the node that `items` is at; both must outlive this.
  MatrixLowering(ItemBuilder& items, const MatrixProblem& problem);

  // Packs the weights of a run of its column blocks and adds the items, tiled like this.
  void lower(const ColumnRun& run, const Tiling& tiling);

 private:
  ItemBuilder& items_;
  const MatrixProblem& problem_;
  BufferShare share_;
  GroupStores stores_;
};

}  // namespace systole::compiler
