// SPDX-License-Identifier: Apache-2.0
#include "compiler/matrix/matrix_instruction.hpp"

#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/item_bench.hpp"
#include "sim/compiler/matrix/problems.hpp"

namespace systole::compiler_test {
namespace {

using compiler::Chunk;
using compiler::ColumnRun;
using compiler::Group;
using compiler::Item;
using compiler::MatrixInstructions;
using compiler::MatrixProblem;
using compiler::Tile;

struct MatrixInstructionBench : ItemBench {
  MatrixInstructionBench() : ItemBench(kSmallChip, 3) {}

  // An item with a request for weights, as it is when the instruction comes.
  Item item_of(const MatrixProblem& p, const ColumnRun& run, const Tile& tile, const Group& group, const Chunk& chunk) {
    Item item = items.new_item();
    item.requests.resize(1);
    MatrixInstructions(items, p, run, compiler::WordSpan{0, 96}).add_to(item, tile, group, chunk, 32);
    return item;
  }
};

}  // namespace

TEST_CASE_METHOD(MatrixInstructionBench, "the loops of the instruction are those of tile, chunk and group") {
  MatrixProblem p = convolution({8, 12, 6, 6, {3, 3}}, chip);
  p.activation_zero_point = -3;
  p.weight_zero_point = {5};
  const Item item = item_of(p, whole_run(p), {0, 2, 2, 0, 6}, {1, 2}, {0, 3, 0, 3, 1, 1});
  const isa::Matrix& m = *item.matrix;
  CHECK(m.m_y == 2);
  CHECK(m.m_x == 6);
  CHECK(m.k_y == 3);
  CHECK(m.k_x == 3);
  CHECK(m.k_c == 1);
  CHECK(m.n == 2);
  CHECK(m.activation_zero_point == 0xfd);
  CHECK(m.weight_zero_point == 5);
  CHECK(m.accumulator_base == 32);
  CHECK(m.accumulator_stride_n == 12);
  CHECK(m.activation_stride_n == 0);  // every column block reads the same inputs
  CHECK(item.node == 3);
  CHECK(item.matrix_weight == 0);
}

TEST_CASE_METHOD(MatrixInstructionBench, "a tile loads the rows and columns around it, padding included") {
  const MatrixProblem p = convolution({8, 4, 6, 6, {3, 3}}, chip);
  const Item item = item_of(p, whole_run(p), {0, 0, 2, 0, 6}, {0, 1}, {0, 3, 0, 3, 0, 2});
  REQUIRE(item.matrix_activation == std::size_t{1});
  const compiler::Request& r = item.requests[1];
  CHECK(r.words == 2 * 4 * 8);  // blocks, rows, columns
  CHECK(r.load.pad_top == 1);
  CHECK(r.load.pad_bottom == 0);
  CHECK(r.load.pad_left == 1);
  CHECK(r.load.pad_right == 1);
  CHECK(r.zone->high == 96);
  CHECK(item.matrix->activation_base == 0);
  CHECK(item.matrix->activation_stride_y == 8);
  CHECK(item.matrix->activation_stride_x == 1);
  CHECK(item.matrix->activation_stride_ky == 8);
  CHECK(item.matrix->activation_stride_kx == 1);
  CHECK(item.matrix->activation_stride_kc == 4 * 8);
}

TEST_CASE_METHOD(MatrixInstructionBench, "rows that no output needs are not loaded") {
  const MatrixProblem p = convolution({4, 4, 3, 3, {1, 1}, {2, 2}}, chip);  // rows 0, 2 and 4 of six
  const Item item = item_of(p, whole_run(p), {0, 0, 3, 0, 3}, {0, 1}, {});
  CHECK(item.requests[1].words == 3 * 5);
  CHECK(item.requests[1].load.dram_stride[0] == 2 * p.in.row_stride);
  CHECK(item.matrix->activation_stride_y == 5);
  CHECK(item.matrix->activation_stride_x == 2);
}

TEST_CASE_METHOD(MatrixInstructionBench, "column blocks of a depthwise convolution advance by their inputs") {
  const MatrixProblem p = depthwise({16, 16, 2, 2}, chip);
  const Item item = item_of(p, whole_run(p), {0, 0, 2, 0, 2}, {1, 3}, {});
  CHECK(item.requests[1].words == 3 * 4);
  CHECK(item.requests[1].reads->plane_low == 1);
  CHECK(item.requests[1].reads->plane_high == 4);
  CHECK(item.matrix->activation_stride_n == 4);
}

TEST_CASE_METHOD(MatrixInstructionBench, "an input in the activation buffer is read in place") {
  MatrixProblem p = convolution({8, 4, 4, 4, {3, 3}}, chip);
  p.in = dram_operand(0, 8, 6, 6, 4);  // 4x4 in a frame of padding
  p.in.on_chip = true;
  p.in.offset = 4 * (10 + 6 + 1);  // the frame begins at word 10
  const Item item = item_of(p, whole_run(p), {0, 1, 2, 0, 4}, {0, 1}, {0, 3, 0, 3, 1, 1});
  CHECK(item.requests.size() == 1);
  CHECK_FALSE(item.matrix_activation);
  CHECK(item.matrix->activation_base == 10 + 36 + 6);  // second block, row 0 of the image: row 1 of the frame
  CHECK(item.matrix->activation_stride_y == 6);
  CHECK(item.matrix->activation_stride_ky == 6);
  CHECK(item.matrix->activation_stride_kc == 36);
  REQUIRE(item.matrix_reads.size() == 1);
  CHECK(item.matrix_reads[0].low == 10 + 36 + 6);
  CHECK(item.matrix_reads[0].high == 10 + 36 + 6 + 4 * 6);  // four rows of six
}

TEST_CASE_METHOD(MatrixInstructionBench, "zero points by column come with the weights, not with the instruction") {
  MatrixProblem p = convolution({4, 4}, chip);
  p.weight_zero_point = {1, 2, 3, 4};
  const Item item = item_of(p, whole_run(p), {0, 0, 1, 0, 1}, {0, 1}, {});
  CHECK(item.matrix->per_column_zero_point);
  CHECK(item.matrix->weight_zero_point == 0);
}

TEST_CASE_METHOD(MatrixInstructionBench, "the same window has the same key, another one has another") {
  const MatrixProblem p = convolution({4, 8, 6, 6, {3, 3}}, chip);
  const auto key = [&](const Tile& tile, const Group& group) {
    return item_of(p, whole_run(p), tile, group, {0, 3, 0, 3, 0, 1}).requests[1].key;
  };
  CHECK(key({0, 0, 2, 0, 6}, {0, 1}) == key({0, 0, 2, 0, 6}, {1, 1}));
  CHECK_FALSE(key({0, 0, 2, 0, 6}, {0, 1}) == key({0, 2, 2, 0, 6}, {0, 1}));
  CHECK_FALSE(key({0, 0, 2, 0, 6}, {0, 1}) == key({0, 0, 2, 0, 5}, {0, 1}));
}

}  // namespace systole::compiler_test
