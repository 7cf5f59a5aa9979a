// SPDX-License-Identifier: Apache-2.0
//
// The weights of a matrix problem in the order of the matrix engine. There is one block of weight tiles for each group
// of output column blocks and each chunk of the sum. It is in the segment of weights or, for a MatMul of two
// activations, in a tensor.
//
// A weight tile is array_rows words of array_cols weights; with zero points by column, a word of those comes before
// each tile. Tiles lie in the order of the matrix instruction: column block, kernel row, tap of the row, input block.
//
// A tile of a depthwise convolution or of an average pooling is zero but for its diagonal. The load engine makes such
// tiles of their diagonals (`diagonal` in docs/reference/instruction_set.md): one byte a word in DRAM instead of
// array_cols.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/lower/item_builder.hpp"
#include "compiler/matrix/loop_nest.hpp"

namespace systole::compiler {

// The packed weights of one run. Of a pool that only counts, the blocks have their sizes and no bytes. Equal blocks of uniform
// weights are stored once; the bytes of other weights make no difference to where they lie.
class WeightPacking {
 public:
  // Packs all blocks, in the order [group][chunk]. The problem has packed weights (no `right`).
  WeightPacking(const MatrixProblem& problem, const Chip& chip, const std::vector<Group>& groups,
                const std::vector<Chunk>& chunks, ConstantPool& pool);

  // The load of a block.
  Request request(std::size_t group, std::size_t chunk) const;

 private:
  struct Block {
    std::uint64_t offset = 0;  // in the segment of weights
    std::int64_t bytes = 0, words = 0;
    bool diagonal = false;  // its bytes are the diagonals of its tiles
  };

  Block block_of(const Group& group, const Chunk& chunk) const;
  bool made_of_diagonal(const Group& group, const Chunk& chunk) const;
  std::vector<std::uint8_t> bytes_of(const Group& group, const Chunk& chunk, const Block& block) const;
  std::int32_t zero_point(std::int64_t channel) const;

  const MatrixProblem& problem_;
  std::int64_t rows_, cols_, operand_bytes_, word_bytes_;
  bool zero_point_by_column_;
  std::size_t chunks_;
  std::vector<Block> blocks_;
};

// The load of the block of weights that is a part of tensor `right` of the problem. A word is a row of the matrix in
// one column block, so the rows of a chunk are one run. Rows behind the last one are padding that multiplies to zero.
Request right_operand_request(const ItemBuilder& items, const MatrixProblem& problem, std::int64_t image,
                              const Group& group, const Chunk& chunk);

}  // namespace systole::compiler
