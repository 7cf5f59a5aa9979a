// SPDX-License-Identifier: Apache-2.0
#include "compiler/matrix/matrix_lowering.hpp"

#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/matrix/problems.hpp"

namespace systole::compiler_test {
namespace {

using compiler::ConstantPool;
using compiler::Item;
using compiler::ItemBuilder;
using compiler::MatrixLowering;
using compiler::MatrixProblem;
using compiler::Tiling;

std::vector<Item> items_of(const MatrixProblem& p, const Tiling& tiling) {
  ConstantPool weights(64), parameters(64);
  ItemBuilder items(kRoomyChip, weights, parameters);
  items.begin_node(0);
  MatrixLowering(items, p).lower(whole_run(p), tiling);
  return items.list();
}

// 2 tiles, 2 groups, 2 chunks.
MatrixProblem problem() { return convolution({8, 8, 4, 4}, kRoomyChip); }
Tiling tiling(bool columns_outer) {
  Tiling t;
  t.rows = 2;
  t.columns = 4;
  t.columns_outer = columns_outer;
  return t;
}

}  // namespace

TEST_CASE("a tile and group is one item a chunk, and the last one has the store") {
  const std::vector<Item> items = items_of(problem(), tiling(false));
  REQUIRE(items.size() == 2 * 2 * 2);
  for (std::size_t i = 0; i < items.size(); ++i) {
    INFO("item " << i);
    REQUIRE(items[i].matrix);
    CHECK(items[i].matrix->accumulate == (i % 2 == 1));
    CHECK(items[i].store.has_value() == (i % 2 == 1));
    CHECK(items[i].requests[0].load.buffer == isa::Buffer::kWeight);
    CHECK(items[i].requests[1].load.buffer == isa::Buffer::kActivation);
  }
}

TEST_CASE("tiles and groups take turns at the two accumulator banks") {
  const std::vector<Item> items = items_of(problem(), tiling(false));
  for (std::size_t i = 0; i < items.size(); ++i)
    CHECK(items[i].matrix->accumulator_base == i / 2 % 2 * kRoomyChip.accumulator_rows);
  for (std::size_t i = 1; i < items.size(); i += 2)  // in groups of two lanes
    CHECK(items[i].store->source_base == items[i].matrix->accumulator_base * 2);
}

TEST_CASE("either tiles or groups of columns are the outer loop") {
  const MatrixProblem p = problem();
  for (const bool columns_outer : {false, true}) {
    const std::vector<Item> items = items_of(p, tiling(columns_outer));
    std::vector<std::int64_t> rows, blocks;
    for (std::size_t i = 1; i < items.size(); i += 2) {
      rows.push_back(items[i].writes->pixel_low / 4);
      blocks.push_back(items[i].writes->plane_low);
    }
    const std::vector<std::int64_t> outer = {0, 0, 1, 1}, tiles = {0, 0, 2, 2};
    CHECK((columns_outer ? blocks : rows) == (columns_outer ? outer : tiles));
  }
}

TEST_CASE("the weights of a product of two tensors are loads of the second one, image by image") {
  MatrixProblem p = convolution({8, 8, 1, 4, {1, 1}, {1, 1}, 2}, kRoomyChip);
  p.right = dram_operand(3, 8, 1, 8, 4, 1, 2);
  p.weight = nullptr;
  const std::vector<Item> items = items_of(p, whole_tiling(p, whole_run(p)));
  REQUIRE(items.size() == 2);
  for (std::size_t image = 0; image < 2; ++image) {
    CHECK(items[image].requests[0].load.base == isa::Base::kTensor);
    CHECK(items[image].requests[0].load.dram_offset ==
          p.right->offset + image * static_cast<std::uint64_t>(p.right->image_stride));
  }
}

}  // namespace systole::compiler_test
