// SPDX-License-Identifier: Apache-2.0
//
// Which nodes are nothing but names for bytes; what joins and splits tensors is in partition_test.cpp.
#include "compiler/operators/address_only.hpp"

#include "catch.hpp"
#include "sim/compiler/planned.hpp"

namespace systole::compiler_test {

TEST_CASE("a reshape is free where its bytes lie alike, and the host moves them elsewhere") {
  NetworkBuilder b(1);
  const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 32, 4, 4}), same_size(32));
  const TensorId alike = b.reshape(x, {1, 32, 2, 8}), moved = b.reshape(x, {1, 16, 8, 4});
  b.output(alike);
  b.output(moved);
  Planned p(b, edge16());
  p.with_steps();
  CHECK(p.plan.nodes[1].placement.place == compiler::Place::kFree);
  CHECK(p.plan.tensors[alike].storage == x);
  CHECK(p.plan.nodes[2].placement.place == compiler::Place::kHost);
  CHECK(p.plan.tensors[moved].storage == moved);
}

TEST_CASE("a split names channel blocks of its input, and says which part does not begin at one") {
  NetworkBuilder b(2);
  const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 16, 4, 4}), same_size(48));
  const std::vector<TensorId> blocks = b.split(x, {16, 32}, 1), within = b.split(x, {20, 28}, 1);
  for (TensorId t : {blocks[0], blocks[1], within[0], within[1]}) b.output(t);
  Planned p(b, edge16());
  p.with_steps();
  CHECK(p.plan.nodes[1].placement.place == compiler::Place::kFree);
  CHECK(p.plan.tensors[blocks[1]].storage == x);
  CHECK(p.plan.tensors[blocks[1]].first_block == 1);
  CHECK(p.reason(2) == "a part does not begin at a multiple of array_rows = 16 channels");
}

}  // namespace systole::compiler_test
