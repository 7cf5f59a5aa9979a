// SPDX-License-Identifier: Apache-2.0
#include "compiler/tiling/tiling_key.hpp"

#include <functional>
#include <vector>

#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/matrix/problems.hpp"

namespace systole::compiler_test {
namespace {

using compiler::ColumnRun;
using compiler::MatrixProblem;
using compiler::OperandKey;
using compiler::TilingKey;

template <class Key>
constexpr std::size_t kMembers = std::tuple_size_v<decltype(std::declval<Key>().members())>;

TilingKey key_of(const MatrixProblem& p) {
  return compiler::tiling_key(p, whole_run(p), kRoomyChip.activation_words());
}

}  // namespace

TEST_CASE("a change in any field of an operand changes its key") {
  const std::vector<std::function<void(OperandKey&)>> changes = {
      [](OperandKey& k) { ++k.storage; },        [](OperandKey& k) { ++k.first_plane; },
      [](OperandKey& k) { k.on_chip = true; },   [](OperandKey& k) { ++k.address; },
      [](OperandKey& k) { ++k.block_channels; }, [](OperandKey& k) { ++k.images; },
      [](OperandKey& k) { ++k.blocks; },         [](OperandKey& k) { ++k.height; },
      [](OperandKey& k) { ++k.width; },          [](OperandKey& k) { ++k.image_stride; },
      [](OperandKey& k) { ++k.block_stride; },   [](OperandKey& k) { ++k.row_stride; },
      [](OperandKey& k) { ++k.pixel_stride; },   [](OperandKey& k) { ++k.image_planes; },
      [](OperandKey& k) { ++k.image_pixels; },   [](OperandKey& k) { k.whole = true; }};
  REQUIRE(changes.size() == kMembers<OperandKey>);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    INFO("change " << i);
    OperandKey changed;
    changes[i](changed);
    CHECK_FALSE(changed == OperandKey{});
    CHECK(OperandKey{} < changed);
    CHECK_FALSE(changed < OperandKey{});
  }
}

TEST_CASE("a change in any field of a run of a problem changes its key") {
  const std::vector<std::function<void(TilingKey&)>> changes = {[](TilingKey& k) { ++k.in.width; },
                                                                [](TilingKey& k) { ++k.out.width; },
                                                                [](TilingKey& k) { k.residual.emplace(); },
                                                                [](TilingKey& k) { k.right.emplace(); },
                                                                [](TilingKey& k) { ++k.channels_out; },
                                                                [](TilingKey& k) { ++k.kernel[1]; },
                                                                [](TilingKey& k) { ++k.stride[0]; },
                                                                [](TilingKey& k) { ++k.dilation[1]; },
                                                                [](TilingKey& k) { ++k.pad[0]; },
                                                                [](TilingKey& k) { ++k.window[1]; },
                                                                [](TilingKey& k) { ++k.column_blocks; },
                                                                [](TilingKey& k) { k.raw = true; },
                                                                [](TilingKey& k) { k.zero_point_by_column = true; },
                                                                [](TilingKey& k) { k.diagonal = true; },
                                                                [](TilingKey& k) { ++k.run_first; },
                                                                [](TilingKey& k) { ++k.run_count; },
                                                                [](TilingKey& k) { ++k.run_input_first; },
                                                                [](TilingKey& k) { ++k.run_input_count; },
                                                                [](TilingKey& k) { ++k.run_step; },
                                                                [](TilingKey& k) { ++k.free_words; }};
  REQUIRE(changes.size() == kMembers<TilingKey>);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    INFO("change " << i);
    TilingKey changed;
    changes[i](changed);
    CHECK_FALSE(changed == TilingKey{});
    CHECK(TilingKey{} < changed);
    CHECK_FALSE(changed < TilingKey{});
  }
}

TEST_CASE("the problem that a key makes has that key") {
  std::vector<MatrixProblem> problems = {convolution({20, 30, 9, 10, {3, 3}, {2, 1}}, kRoomyChip),
                                         depthwise({16, 16, 6, 6, {3, 3}}, kRoomyChip)};
  problems.push_back(problems[0]);
  add_residual(problems.back(), kRoomyChip);
  problems.push_back(problems[0]);
  make_raw(problems.back(), kRoomyChip);
  problems.back().weight_zero_point.resize(30);
  problems.back().weight_zero_point[7] = 1;
  problems.push_back(convolution({8, 8, 1, 6}, kRoomyChip));
  problems.back().right = dram_operand(3, 8, 1, 8, 4);
  problems.back().in.on_chip = true;
  for (const MatrixProblem& p : problems) {
    const TilingKey key = key_of(p);
    const MatrixProblem made = compiler::problem_of(key, compiler::trial_addresses(p), kRoomyChip);
    CHECK(key_of(made) == key);
    CHECK(made.in.offset == p.in.offset);
    CHECK(made.out.offset == p.out.offset);
  }
}

TEST_CASE("a layer is the same wherever its tensors lie in DRAM, and whatever its numbers are") {
  const MatrixProblem p = convolution({8, 8, 6, 6, {3, 3}}, kRoomyChip);
  MatrixProblem q = p;
  q.node = 9;
  q.in.storage = 17;
  q.in.offset += 512;
  q.in.first_plane = 3;
  q.out.storage = 4;
  q.bias = {1, 2, 3};
  q.scale = {0.125f};
  q.weight_zero_point = {3};
  q.clamp = {0, 6};
  CHECK(key_of(p) == key_of(q));
  q.in.on_chip = true;
  const TilingKey here = key_of(q);
  q.in.offset += 4;  // another bank, perhaps
  CHECK_FALSE(key_of(q) == here);
}

TEST_CASE("operands of one storage are told from operands of two") {
  MatrixProblem p = convolution({8, 8, 6, 6}, kRoomyChip);
  const TilingKey apart = key_of(p);
  p.out.storage = p.in.storage;
  p.out.first_plane = 2;
  const TilingKey together = key_of(p);
  CHECK_FALSE(together == apart);
  CHECK(together.out.first_plane == 2);
  p.in.first_plane = 5;
  p.out.first_plane = 7;  // the same distance
  CHECK(key_of(p) == together);
}

}  // namespace systole::compiler_test
