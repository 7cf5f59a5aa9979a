// SPDX-License-Identifier: Apache-2.0
//
// What a matrix problem takes from the plan, which channel blocks meet which, and when its rows become one.
#include "compiler/matrix/matrix_problem.hpp"

#include <algorithm>
#include <tuple>

#include "catch.hpp"
#include "compiler/dram/address_map.hpp"
#include "compiler/dram/dram_map.hpp"
#include "compiler/passes/add_fusion.hpp"
#include "compiler/passes/pool_fusion.hpp"
#include "compiler/passes/residency.hpp"
#include "compiler/tiling/search.hpp"
#include "sim/compiler/matrix/problems.hpp"
#include "sim/compiler/planned.hpp"

namespace systole::compiler_test {
namespace {

using compiler::BlockRange;
using compiler::MatrixProblem;
using compiler::Operand;

const Chip kChip = make_chip("test", 4, 8, 2, 256, 64, 64, 64);

// The problem of the planned network's first node, as far as begin_problem fills it in.
MatrixProblem begin_first(Planned& p) {
  const compiler::DramMap map = compiler::map_tensors(p.plan, p.nodes, false);
  compiler::TilingSearch search(p.chip, compiler::Search::kNone);
  compiler::ConstantPools pools(p.network, p.chip);
  const compiler::Lowering lowering(p.network, p.chip, p.plan, map.layout, search, pools.weights, pools.parameters);
  return compiler::begin_problem(lowering, 0, inputs_of(p.network.nodes[0].operation).front(), p.output_of(0));
}

bool joins(MatrixProblem p) {
  const std::int64_t height = p.out.height;
  compiler::join_rows(p);
  const bool joined = p.out.height == 1 && height > 1;
  CHECK((p.in.height == 1) == joined);
  if (p.residual) CHECK((p.residual->operand.height == 1) == joined);
  return joined;
}

std::vector<std::pair<std::int64_t, std::int64_t>> pairs(const std::vector<BlockRange>& ranges) {
  std::vector<std::pair<std::int64_t, std::int64_t>> list;
  for (const BlockRange& range : ranges) list.emplace_back(range.first, range.count);
  return list;
}

}  // namespace

TEST_CASE("a convolution alone goes from its input to its output, in their types") {
  NetworkBuilder b(1);
  ConvOptions options = same_size(16);
  options.output_type = ElementType::kUint8;
  const TensorId x = b.input(ElementType::kInt8, {1, 16, 6, 5}), y = b.conv(x, options);
  b.output(y);
  Planned p(b, edge16());
  const MatrixProblem problem = begin_first(p.with_steps());
  CHECK(problem.node == 0);
  CHECK(problem.in.storage == x);
  CHECK(problem.out.storage == y);
  CHECK(problem.activation_signed);
  CHECK_FALSE(problem.output_signed);
  CHECK_FALSE(problem.residual);
  CHECK(problem.window == std::array<std::int64_t, 2>{1, 1});
  CHECK(problem.sum_rows() == 6);
  CHECK(problem.sum_columns() == 5);
}

TEST_CASE("an input of uint8 is not signed, sums are") {
  NetworkBuilder b(1);
  ConvOptions raw = same_size(16);
  raw.raw = true;
  b.output(b.conv(b.input(ElementType::kUint8, {1, 16, 4, 4}), raw));
  Planned p(b, edge16());
  const MatrixProblem problem = begin_first(p.with_steps());
  CHECK_FALSE(problem.activation_signed);
  CHECK(problem.output_signed);
  CHECK(problem.output_bytes() == 4);
}

TEST_CASE("a fused addition makes its output the problem's and its other operand the residual") {
  NetworkBuilder b(2);
  const TensorId x = b.input(ElementType::kInt8, {1, 16, 4, 4}), other = b.input(ElementType::kUint8, {1, 16, 4, 4});
  const TensorId sum = b.add(b.conv(x, same_size(16)), other, ElementType::kUint8, true);
  b.output(sum);
  Planned p(b, edge16());
  compiler::fuse_adds(p.with_steps().plan, p.nodes);
  const auto& fused = p.plan.nodes[0].fused_add;
  REQUIRE(fused);
  const MatrixProblem problem = begin_first(p);
  CHECK(problem.out.storage == sum);
  CHECK(problem.output_signed);  // of the convolution
  REQUIRE(problem.residual);
  CHECK(problem.residual->operand.storage == other);
  CHECK_FALSE(problem.residual->is_signed);
  CHECK_FALSE(problem.residual->output_signed);  // of the addition
  CHECK(problem.residual->factors.ra == fused->factors.ra);
  CHECK(problem.residual->factors.rb == fused->factors.rb);
  CHECK(problem.residual->factors.offset == fused->factors.offset);
  CHECK(problem.residual->clamp.low == fused->clamp.low);
  CHECK(problem.residual->clamp.high == fused->clamp.high);
}

TEST_CASE("a fused pooling makes its output the problem's and its kernel the window of sums") {
  NetworkBuilder b(3);
  const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 16, 6, 9}), same_size(16));
  const TensorId y = b.max_pool(x, {2, 3}, {2, 3});
  b.output(y);
  Planned p(b, edge16());
  compiler::fuse_pools(p.with_steps().plan, p.nodes);
  REQUIRE(p.plan.nodes[0].fused_pool);
  const MatrixProblem problem = begin_first(p);
  CHECK(problem.out.storage == y);
  CHECK(problem.window == std::array<std::int64_t, 2>{2, 3});
  CHECK(std::pair(problem.out.height, problem.out.width) == std::pair<std::int64_t, std::int64_t>(3, 3));
  CHECK(std::pair(problem.sum_rows(), problem.sum_columns()) == std::pair<std::int64_t, std::int64_t>(6, 9));
}

TEST_CASE("a tensor that stays on the chip is an operand there") {
  NetworkBuilder b(4);
  const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 16, 4, 4}), same_size(16));
  b.output(b.conv(x, same_size(16)));
  Planned p(b, edge16());
  compiler::keep_residents(p.with_steps().plan, p.nodes);
  REQUIRE(p.plan.tensors[x].resident);
  const MatrixProblem problem = begin_first(p);
  CHECK(problem.out.on_chip);
  CHECK_FALSE(problem.in.on_chip);
}

TEST_CASE("the rows of a 1x1 convolution become one, with every pixel where it was") {
  MatrixProblem p = convolution({8, 8, 6, 5}, kChip);
  add_residual(p, kChip);
  const MatrixProblem before = p;
  compiler::join_rows(p);
  const std::vector<std::pair<const Operand*, const Operand*>> operands = {
      {&before.in, &p.in}, {&before.out, &p.out}, {&before.residual->operand, &p.residual->operand}};
  for (const auto& [apart, joined] : operands) {
    CHECK(joined->height == 1);
    CHECK(joined->width == 30);
    CHECK(joined->dense_rows());
    for (std::int64_t y = 0; y < 6; ++y)
      for (std::int64_t x = 0; x < 5; ++x) CHECK(joined->at(0, 1, 0, y * 5 + x) == apart->at(0, 1, y, x));
  }
  CHECK(p.sum_columns() == 30);
}

TEST_CASE("rows stay apart where the convolution or a window sees them, or where something lies between them") {
  const MatrixProblem plain = convolution({8, 8, 6, 5}, kChip);
  CHECK(joins(plain));
  const auto changed = [&](auto change) {
    MatrixProblem p = plain;
    change(p);
    return joins(p);
  };
  for (const int axis : {0, 1}) {
    CHECK_FALSE(changed([&](MatrixProblem& p) { p.kernel[axis] = 3; }));
    CHECK_FALSE(changed([&](MatrixProblem& p) { p.stride[axis] = 2; }));
    CHECK_FALSE(changed([&](MatrixProblem& p) { p.pad[axis] = 1; }));
  }
  CHECK_FALSE(changed([&](MatrixProblem& p) { p.out.height = 3; }));  // a window, or columns that are cut off
  CHECK_FALSE(changed([&](MatrixProblem& p) { p.out = dram_operand(1, 8, 6, 4, kChip.array_rows); }));
  CHECK_FALSE(changed([&](MatrixProblem& p) { p.in.row_stride += p.in.pixel_stride; }));
  CHECK_FALSE(changed([&](MatrixProblem& p) { p.out.row_stride += p.out.pixel_stride; }));
  MatrixProblem residual = plain;
  add_residual(residual, kChip);
  CHECK(joins(residual));
  residual.residual->operand.row_stride += residual.residual->operand.pixel_stride;
  CHECK_FALSE(joins(residual));
}

TEST_CASE("a column block reads from the first to the last input block in which its channels have weights") {
  const std::int64_t rows = kChip.array_rows, cols = kChip.array_cols;
  for (std::int64_t group = 1; group <= 12; ++group)
    for (std::int64_t in_group = 1; in_group <= 9; ++in_group)
      for (std::int64_t out_group = 1; out_group <= 9; ++out_group) {
        INFO(group << " groups from " << in_group << " to " << out_group << " channels");
        const std::int64_t in = group * in_group, out = group * out_group;
        std::vector<std::pair<std::int64_t, std::int64_t>> expected;
        for (std::int64_t m0 = 0; m0 < out; m0 += cols) {
          std::int64_t first = in, last = -1;
          for (std::int64_t m = m0; m < std::min(m0 + cols, out); ++m)
            for (std::int64_t c = 0; c < in; ++c) {
              if (c / in_group != m / out_group) continue;
              first = std::min(first, c / rows);
              last = std::max(last, c / rows);
            }
          expected.emplace_back(first, last - first + 1);
        }
        CHECK(pairs(compiler::grouped_ranges(in, out, group, kChip)) == expected);
      }
}

TEST_CASE("without groups every column block reads every input block") {
  using Pairs = std::vector<std::pair<std::int64_t, std::int64_t>>;
  CHECK(pairs(compiler::whole_ranges(8, 3, kChip)) == Pairs{{0, 3}});
  CHECK(pairs(compiler::whole_ranges(9, 3, kChip)) == Pairs{{0, 3}, {0, 3}});
  CHECK(pairs(compiler::whole_ranges(24, 1, kChip)) == Pairs{{0, 1}, {0, 1}, {0, 1}});
}

TEST_CASE("a byte has the sign of its tensor's type") {
  const Tensor i8{"i", ElementType::kInt8, {2}, {0x7F, 0x80}, true},
      u8{"u", ElementType::kUint8, {2}, {0x7F, 0x80}, true};
  CHECK(compiler::byte_value(i8, 0) == 127);
  CHECK(compiler::byte_value(i8, 1) == -128);
  CHECK(compiler::byte_value(u8, 1) == 128);
}

}  // namespace systole::compiler_test
