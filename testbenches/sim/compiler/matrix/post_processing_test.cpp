// SPDX-License-Identifier: Apache-2.0
#include "compiler/matrix/post_processing.hpp"

#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/item_bench.hpp"
#include "sim/compiler/matrix/problems.hpp"

namespace systole::compiler_test {
namespace {

using compiler::Item;
using compiler::MatrixProblem;
using compiler::ResidualOperand;

struct PostProcessingBench : ItemBench {
  PostProcessingBench()
      : ItemBench(make_chip("test", 8, 4, 2, 32, 128, 32, 32), 0) {}  // a word is four groups of lanes
};

}  // namespace

TEST_CASE_METHOD(PostProcessingBench, "sums are requantized and clamped, raw sums are not") {
  MatrixProblem p = convolution({8, 8}, chip);
  p.output_signed = false;
  p.output_zero_point = 7;
  p.clamp = {7, 200};
  const isa::Store st = compiler::post_processing(p);
  CHECK(st.source == isa::Source::kAccumulator);
  CHECK(st.destination == isa::Destination::kDram);
  CHECK(st.requantize);
  CHECK_FALSE(st.raw);
  CHECK_FALSE(st.output_signed);
  CHECK(st.mid_zero_point == 7);
  CHECK(st.clamp_low == 7);
  CHECK(st.clamp_high == 200);
  make_raw(p, chip);
  CHECK(compiler::post_processing(p).raw);
  CHECK_FALSE(compiler::post_processing(p).requantize);
}

TEST_CASE_METHOD(PostProcessingBench, "an output in the activation buffer is a destination on the chip") {
  MatrixProblem p = convolution({8, 8}, chip);
  p.out.on_chip = true;
  CHECK(compiler::post_processing(p).destination == isa::Destination::kActivation);
}

TEST_CASE_METHOD(PostProcessingBench, "with a residual operand the clamp and the output's type are the addition's") {
  MatrixProblem p = convolution({8, 8}, chip);
  add_residual(p, chip);
  p.clamp = {-1, 1};
  p.residual->clamp = {-100, 100};
  p.residual->output_signed = false;
  p.residual->factors = {0.5f, 0.25f, 3.0f};
  const isa::Store st = compiler::post_processing(p);
  CHECK(st.residual);
  CHECK(st.mid_signed);
  CHECK_FALSE(st.output_signed);
  CHECK(st.clamp_high == 100);
  CHECK(st.add_scale_source == 0.5f);
  CHECK(st.add_scale_residual == 0.25f);
  CHECK(st.add_offset == 3.0f);
}

TEST_CASE_METHOD(PostProcessingBench, "a residual operand in DRAM is loaded once for all stores of a group") {
  MatrixProblem p = convolution({8, 16, 4, 4}, chip);
  add_residual(p, chip);
  const ResidualOperand residual(items, p, compiler::WordSpan{64, 96});
  Item first = items.new_item(), second = items.new_item();
  isa::Store a, b;
  const ResidualOperand::Strides strides = residual.add_to(first, a, {0, 1, 2, 0, 4}, 0, 2, 4);
  residual.add_to(second, b, {0, 1, 2, 0, 4}, 0, 2, 12);
  REQUIRE(first.store_residual == std::size_t{0});
  CHECK(first.requests[0].words == 2 * 2 * 4);
  CHECK(first.requests[0].zone->low == 64);
  CHECK(first.requests[0].key == second.requests[0].key);
  CHECK(a.residual_base == 2);          // channel 4 of a word of 8
  CHECK(b.residual_base == 8 * 4 + 2);  // the second block lies behind 2x4 words
  CHECK(strides.column == 4);
  CHECK(strides.row == 4 * 4);
  CHECK(strides.block == 8 * 4);
}

TEST_CASE_METHOD(PostProcessingBench, "a residual operand in the activation buffer is read in place") {
  MatrixProblem p = convolution({8, 16, 4, 4}, chip);
  add_residual(p, chip);
  p.residual->operand.on_chip = true;
  p.residual->operand.offset = 8 * 20;  // word 20
  const ResidualOperand residual(items, p, std::nullopt);
  Item item = items.new_item();
  isa::Store st;
  const ResidualOperand::Strides strides = residual.add_to(item, st, {0, 1, 2, 0, 4}, 0, 2, 12);
  CHECK(item.requests.empty());
  CHECK_FALSE(item.store_residual);
  CHECK(st.residual_base == (20 + 16 + 4) * 4 + 2);
  CHECK(strides.block == 16 * 4);
  REQUIRE(item.store_reads.size() == 1);
  CHECK(item.store_reads[0].low == 20 + 4);
  CHECK(item.store_reads[0].high == 20 + 16 + 12);
}

}  // namespace systole::compiler_test
