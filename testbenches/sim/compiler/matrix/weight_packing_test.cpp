// SPDX-License-Identifier: Apache-2.0
#include "compiler/matrix/weight_packing.hpp"

#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/matrix/problems.hpp"

namespace systole::compiler_test {
namespace {

using compiler::Chunk;
using compiler::ConstantPool;
using compiler::Group;
using compiler::ItemBuilder;
using compiler::MatrixProblem;
using compiler::Request;
using compiler::WeightPacking;

constexpr std::uint32_t kAlignment = 64;

}  // namespace

TEST_CASE("weight tiles lie by column block, kernel row, tap and input block, each row by row") {
  const MatrixProblem p = convolution({8, 8, 6, 6, {2, 2}}, kSmallChip);
  ConstantPool pool(kAlignment);
  const WeightPacking packing(p, kSmallChip, {{0, 2}}, {{0, 2, 0, 2, 0, 2}}, pool);
  std::vector<std::uint8_t> expected;
  for (std::int64_t n = 0; n < 2; ++n)
    for (std::int64_t ky = 0; ky < 2; ++ky)
      for (std::int64_t kx = 0; kx < 2; ++kx)
        for (std::int64_t kb = 0; kb < 2; ++kb)
          for (std::int64_t r = 0; r < 4; ++r)
            for (std::int64_t m = 4 * n; m < 4 * n + 4; ++m)
              expected.push_back(static_cast<std::uint8_t>(p.weight(m, kb, r, ky, kx)));
  CHECK(pool.bytes() == expected);
  const Request r = packing.request(0, 0);
  CHECK(r.words == 2 * 2 * 2 * 2 * 4);
  CHECK(r.load.run_bytes == r.words * 4);
  CHECK(r.load.buffer == isa::Buffer::kWeight);
  CHECK_FALSE(r.load.diagonal);
}

TEST_CASE("every group and chunk is a block of its own, at an aligned place") {
  const MatrixProblem p = convolution({8, 12}, kSmallChip);
  ConstantPool pool(kAlignment);
  const WeightPacking packing(p, kSmallChip, {{0, 2}, {2, 1}}, {{0, 1, 0, 1, 0, 1}, {0, 1, 0, 1, 1, 1}}, pool);
  CHECK(packing.request(0, 0).load.dram_offset == 0);
  CHECK(packing.request(0, 1).load.dram_offset == 64);
  CHECK(packing.request(1, 0).load.dram_offset == 128);
  CHECK(packing.request(1, 1).load.dram_offset == 192);
  CHECK(packing.request(1, 1).load.run_bytes == 16);
  CHECK_FALSE(packing.request(0, 0).key == packing.request(0, 1).key);
}

TEST_CASE("channels behind the last one have weights that multiply to zero") {
  MatrixProblem p = convolution({4, 3}, kSmallChip);
  p.weight_zero_point = {9};
  ConstantPool pool(kAlignment);
  const WeightPacking packing(p, kSmallChip, {{0, 1}}, {{}}, pool);
  for (std::size_t r = 0; r < 4; ++r) CHECK(pool.bytes().at(4 * r + 3) == 9);
}

TEST_CASE("zero points by column are a word before each tile") {
  MatrixProblem p = convolution({8, 3}, kSmallChip);
  p.weight_zero_point = {1, 2, 3};
  ConstantPool pool(kAlignment);
  const WeightPacking packing(p, kSmallChip, {{0, 1}}, {{0, 1, 0, 1, 0, 2}}, pool);
  CHECK(packing.request(0, 0).words == 2 * 5);
  for (const std::size_t tile : {0u, 1u}) {
    const std::vector<std::uint8_t> word(pool.bytes().begin() + static_cast<std::ptrdiff_t>(tile * 20),
                                         pool.bytes().begin() + static_cast<std::ptrdiff_t>(tile * 20 + 4));
    CHECK(word == std::vector<std::uint8_t>{1, 2, 3, 3});
  }
}

TEST_CASE("of a depthwise convolution DRAM holds the diagonals") {
  const MatrixProblem p = depthwise({8, 8, 6, 6, {1, 2}}, kSmallChip);
  ConstantPool pool(kAlignment);
  const WeightPacking packing(p, kSmallChip, {{0, 2}}, {{0, 1, 0, 2, 0, 1}}, pool);
  const Request r = packing.request(0, 0);
  CHECK(r.load.diagonal);
  CHECK(r.words == 16);
  CHECK(r.load.run_bytes == 16);
  CHECK(pool.bytes() == std::vector<std::uint8_t>{1, 2, 3, 4, 12, 13, 14, 15, 5, 6, 7, 8, 16, 17, 18, 19});
}

TEST_CASE("a tile with zero points by column is stored whole, even if it is diagonal") {
  MatrixProblem p = depthwise({4, 4}, kSmallChip);
  p.weight_zero_point = {1, 2, 3, 4};
  ConstantPool pool(kAlignment);
  const WeightPacking packing(p, kSmallChip, {{0, 1}}, {{}}, pool);
  CHECK_FALSE(packing.request(0, 0).load.diagonal);
  CHECK(packing.request(0, 0).load.run_bytes == 5 * 4);
}

TEST_CASE("blocks of uniform weights are stored once, with bytes and without") {
  MatrixProblem p = depthwise({12, 12}, kSmallChip);
  p.uniform_weights = true;
  p.weight = [](std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t) { return 1; };
  ConstantPool pool(kAlignment), counting = pool.sizes_only();
  const std::vector<Group> groups = {{0, 1}, {1, 1}, {2, 1}};
  for (ConstantPool* each : {&pool, &counting}) {
    const WeightPacking packing(p, kSmallChip, groups, {{}}, *each);
    const Request first = packing.request(0, 0), last = packing.request(2, 0);
    CHECK(first.key == last.key);
    CHECK(each->size_bytes() == 4);
  }
  p.uniform_weights = false;  // equal bytes, but that is no reason
  ConstantPool apart(kAlignment);
  CHECK_FALSE(WeightPacking(p, kSmallChip, groups, {{}}, apart).request(0, 0).load.dram_offset ==
              WeightPacking(p, kSmallChip, groups, {{}}, apart).request(2, 0).load.dram_offset);
}

TEST_CASE("a pool that only counts gives blocks the same sizes and never asks for a weight") {
  MatrixProblem p = convolution({8, 12, 6, 6, {3, 3}}, kSmallChip);
  ConstantPool pool(kAlignment), counting = pool.sizes_only();
  const std::vector<Group> groups = {{0, 2}, {2, 1}};
  const std::vector<Chunk> chunks = {{0, 3, 0, 3, 0, 1}, {0, 3, 0, 3, 1, 1}};
  const WeightPacking real(p, kSmallChip, groups, chunks, pool);
  p.weight = nullptr;
  const WeightPacking counted(p, kSmallChip, groups, chunks, counting);
  for (std::size_t g = 0; g < 2; ++g)
    for (std::size_t c = 0; c < 2; ++c) {
      CHECK(counted.request(g, c).words == real.request(g, c).words);
      CHECK(counted.request(g, c).load.run_bytes == real.request(g, c).load.run_bytes);
      CHECK(counted.request(g, c).load.dram_offset == real.request(g, c).load.dram_offset);
    }
}

TEST_CASE("rows of a right operand behind its last one are padding") {
  MatrixProblem p = convolution({10, 8, 1, 6}, kSmallChip);
  p.weight_zero_point = {5};
  p.right = dram_operand(3, 8, 1, 10, 4);  // 10 rows of 8 columns
  ConstantPool weights(kAlignment), parameters(kAlignment);
  ItemBuilder items(kSmallChip, weights, parameters);
  items.begin_node(0);
  const Request whole = compiler::right_operand_request(items, p, 0, {0, 2}, {0, 1, 0, 1, 0, 2});
  CHECK(whole.words == 2 * 8);
  CHECK(whole.load.run_bytes == 8 * 4);
  CHECK(whole.load.pad_right == 0);
  const Request last = compiler::right_operand_request(items, p, 0, {0, 2}, {0, 1, 0, 1, 2, 1});
  CHECK(last.words == 2 * 4);
  CHECK(last.load.dram_offset == p.right->offset + 8 * 4);
  CHECK(last.load.run_bytes == 2 * 4);
  CHECK(last.load.pad_right == 2);
  CHECK(last.load.pad_value == 5);
  CHECK(last.load.count[1] == 2);
  REQUIRE(last.reads);
  CHECK(last.reads->storage == 3);
  CHECK(last.reads->pixel_low == 8);
  CHECK(last.reads->pixel_high == 10);
}

}  // namespace systole::compiler_test
