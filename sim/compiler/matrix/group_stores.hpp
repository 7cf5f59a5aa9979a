// SPDX-License-Identifier: Apache-2.0
//
// The stores of a finished group: the sums of one tile in some output column blocks, in one accumulator bank, go
// through post-processing to the output tensor in DRAM or in the activation buffer.
//
// Where column blocks and channel blocks agree, one store takes the whole group (two, if the last column block is not
// full); otherwise each StoreUnit (buffer_share.hpp) has a store of its own. A fused MaxPool is the store's window over
// the sums.
#pragma once

#include <optional>

#include "compiler/matrix/buffer_share.hpp"
#include "compiler/matrix/parameter_packing.hpp"
#include "compiler/matrix/post_processing.hpp"

namespace systole::compiler {

class GroupStores {
 public:
  // Packs the parameters. Items and problem must outlive it; windows of a residual operand in DRAM lie in
  // `residual_zone`.
  GroupStores(ItemBuilder& items, const MatrixProblem& problem, const std::optional<WordSpan>& residual_zone);

  // Adds the item of the group's last matrix instruction with a store, and items with the other stores behind it.
  // `sums` is the tile; its sums lie from `accumulator_rows` on, column block by column block.
  void add(Item item, const Tile& sums, const Group& group, std::uint32_t accumulator_rows);

 private:
  // Sums of a group, and the outputs that they become.
  struct Finished {
    Tile sums, outputs;
    Group group;
    std::int64_t source = 0;  // accumulator group of the first sum
  };

  void add_group_stores(Item item, const Finished& f);
  isa::Store block_store(Item& item, const Finished& f, std::int64_t from, std::int64_t count) const;
  void add_unit_stores(Item item, const Finished& f);
  isa::Store unit_store(Item& item, const Finished& f, std::int64_t channel) const;

  // What all stores of a group have: arithmetic and the window.
  isa::Store common_store(const Finished& f) const;
  // Ends the item with a store of `blocks` channel blocks, and begins the next one.
  void finish(Item& item, const isa::Store& store, const Tile& outputs, std::int64_t first_block, std::int64_t blocks);

  // Behind the last channel of a group that exists.
  std::int64_t end_channel(const Group& group) const;
  bool is_one_row(const Tile& outputs) const;
  std::uint32_t destination(const Tile& outputs, std::int64_t channel) const;
  std::int32_t destination_stride(std::int64_t bytes) const;
  // A store counts in bytes in DRAM, in groups of lanes in the activation buffer.
  std::int64_t destination_units(std::int64_t bytes) const;

  ItemBuilder& items_;
  const MatrixProblem& problem_;
  StoreUnit unit_;
  ParameterPacking parameters_;
  ResidualOperand residual_;
  std::int64_t block_, cols_;  // channels of a channel block of the output, and of a column block
  std::int64_t lanes_;         // channels of a group, which post-processing takes in a cycle
  std::int64_t row_groups_;    // groups in an accumulator row
};

}  // namespace systole::compiler
