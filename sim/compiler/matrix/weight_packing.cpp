// SPDX-License-Identifier: Apache-2.0
#include "compiler/matrix/weight_packing.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "compiler/plan/arithmetic.hpp"

namespace systole::compiler {
namespace {

// Calls tile(n, ky, kx, kc) for each weight tile of a block in the order in which the matrix engine takes them.
template <class F>
void for_each_tile(const Group& g, const Chunk& c, F tile) {
  for (std::int64_t n = g.first; n < g.first + g.count; ++n)
    for (std::int64_t ky = c.tap_y; ky < c.tap_y + c.taps_y; ++ky)
      for (std::int64_t kx = c.tap_x; kx < c.tap_x + c.taps_x; ++kx)
        for (std::int64_t kc = c.block; kc < c.block + c.blocks; ++kc) tile(n, ky, kx, kc);
}

std::uint8_t common_zero_point(const MatrixProblem& p) {
  return static_cast<std::uint8_t>(per_channel(p.weight_zero_point, 0, 0));
}

}  // namespace

WeightPacking::WeightPacking(const MatrixProblem& problem, const Chip& chip, const std::vector<Group>& groups,
                             const std::vector<Chunk>& chunks, ConstantPool& pool)
    : problem_(problem),
      rows_(chip.array_rows),
      cols_(chip.array_cols),
      operand_bytes_(chip.operand_bytes()),
      word_bytes_(chip.weight_word_bytes()),
      zero_point_by_column_(problem.zero_point_by_column()),
      chunks_(chunks.size()) {
  std::map<std::vector<std::uint8_t>, std::uint64_t> known;  // of uniform weights: where the bytes lie
  for (const Group& group : groups)
    for (const Chunk& chunk : chunks) {
      Block block = block_of(group, chunk);
      const auto size = static_cast<std::uint64_t>(block.bytes);
      if (problem.uniform_weights) {
        std::vector<std::uint8_t> bytes = bytes_of(group, chunk, block);
        const auto found = known.find(bytes);
        block.offset = found != known.end() ? found->second : pool.add(size, [&] { return bytes; });
        known.emplace(std::move(bytes), block.offset);
      } else {
        block.offset = pool.add(size, [&] { return bytes_of(group, chunk, block); });
      }
      blocks_.push_back(block);
    }
}

Request WeightPacking::request(std::size_t group, std::size_t chunk) const {
  const Block& block = blocks_[group * chunks_ + chunk];
  Request request = constant_request(isa::Buffer::kWeight, isa::Base::kWeight, block.offset, block.bytes,
                                     static_cast<std::uint32_t>(block.words));
  if (block.diagonal) {
    request.load.diagonal = true;
    request.load.pad_value = common_zero_point(problem_);
  }
  return request;
}

WeightPacking::Block WeightPacking::block_of(const Group& group, const Chunk& chunk) const {
  Block block;
  block.words = group.count * chunk.taps_y * chunk.taps_x * chunk.blocks * (rows_ + (zero_point_by_column_ ? 1 : 0));
  block.diagonal = made_of_diagonal(group, chunk);
  block.bytes = block.words * (block.diagonal ? operand_bytes_ : word_bytes_);
  return block;
}

// True if the load engine can make the block of its diagonal: byte k of the run belongs in column k modulo the columns.
bool WeightPacking::made_of_diagonal(const Group& group, const Chunk& chunk) const {
  if (!problem_.diagonal || zero_point_by_column_) return false;
  bool fits = true;
  std::int64_t k = 0;
  for_each_tile(group, chunk, [&](std::int64_t n, std::int64_t, std::int64_t, std::int64_t kc) {
    for (std::int64_t r = 0; r < rows_; ++r, ++k)
      fits = fits && problem_.diagonal(problem_.column_block_inputs[n].first + kc, r) == n * cols_ + k % cols_;
  });
  return fits;
}

std::int32_t WeightPacking::zero_point(std::int64_t channel) const {
  return per_channel(problem_.weight_zero_point,
                     zero_point_by_column_ ? std::min(channel, problem_.channels_out - 1) : 0, 0);
}

std::vector<std::uint8_t> WeightPacking::bytes_of(const Group& group, const Chunk& chunk, const Block& block) const {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(static_cast<std::size_t>(block.bytes));
  const auto push = [&](std::int32_t value) { bytes.push_back(static_cast<std::uint8_t>(value)); };
  for_each_tile(group, chunk, [&](std::int64_t n, std::int64_t ky, std::int64_t kx, std::int64_t kc) {
    const std::int64_t kb = problem_.column_block_inputs[n].first + kc, begin = n * cols_, end = begin + cols_;
    const auto push_weight = [&](std::int64_t m, std::int64_t r) {
      push(m < problem_.channels_out ? problem_.weight(m, kb, r, ky, kx) : zero_point(m));
    };
    if (zero_point_by_column_)
      for (std::int64_t m = begin; m < end; ++m) push(zero_point(m));
    for (std::int64_t r = 0; r < rows_; ++r) {
      if (block.diagonal)
        push_weight(problem_.diagonal(kb, r), r);
      else
        for (std::int64_t m = begin; m < end; ++m) push_weight(m, r);
    }
  });
  return bytes;
}

Request right_operand_request(const ItemBuilder& items, const MatrixProblem& problem, std::int64_t image,
                              const Group& group, const Chunk& chunk) {
  const Operand& b = *problem.right;
  const std::int64_t rows = items.chip().array_rows, first = chunk.block * rows, words = chunk.blocks * rows,
                     present = std::min(words, b.width - first);
  Request request;
  request.key = items.key({-2, image, group.first, group.count, chunk.block, chunk.blocks});
  request.words = static_cast<std::uint32_t>(group.count * words);
  request.load.buffer = isa::Buffer::kWeight;
  request.load.base = isa::Base::kTensor;
  request.load.dram_offset = static_cast<std::uint32_t>(b.at(image, group.first, 0, first));
  request.load.run_bytes = static_cast<std::uint32_t>(present * b.pixel_stride);
  request.load.count[1] = static_cast<std::uint16_t>(group.count);
  request.load.dram_stride[1] = static_cast<std::int32_t>(b.block_stride);
  request.load.dst_stride[1] = static_cast<std::int32_t>(words);
  request.load.pad_value = common_zero_point(problem);
  request.load.pad_right = static_cast<std::uint16_t>(words - present);
  request.reads = dram_box(b, {image, group.first, group.first + group.count - 1, 0, 0, first, first + present - 1});
  return request;
}

}  // namespace systole::compiler
