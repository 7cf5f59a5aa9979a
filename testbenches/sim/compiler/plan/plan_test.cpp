// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/plan.hpp"

#include "catch.hpp"
#include "sim/compiler/planned.hpp"

namespace systole::compiler_test {

TEST_CASE("before any pass every tensor is its own bytes in blocks of array_rows, and every node is on the host") {
  NetworkBuilder b(1);
  const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 4, 2, 2}), same_size(4));
  b.output(x);
  const Planned p(b, odd_chips()[2]);
  for (TensorId t = 0; t < p.plan.tensors.size(); ++t) {
    CHECK(p.plan.tensors[t].storage == t);
    CHECK(p.plan.tensors[t].block == p.chip.array_rows);
    CHECK(p.plan.read_storage(t) == t);
  }
  CHECK_FALSE(p.plan.on_chip(0));
  CHECK(p.plan.placements().size() == 1);
}

TEST_CASE("a node reads its residual too, and writes what is fused into it") {
  NetworkBuilder b(2);
  const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 4, 4, 4}), same_size(4));
  const TensorId y = b.conv(x, same_size(4));
  const TensorId sum = b.add(y, x, ElementType::kInt8);
  b.output(sum);
  Planned p(b, edge16());
  p.with_steps();
  CHECK(compiler::chip_outputs(p.network, p.plan, 1) == std::vector<TensorId>{y});
  p.plan.nodes[1].fused_add = compiler::FusedAdd{2, x, {}, {}};
  CHECK(compiler::chip_inputs(p.network, p.plan, 1) == std::vector<TensorId>{x, x});
  CHECK(compiler::chip_outputs(p.network, p.plan, 1) == std::vector<TensorId>{sum});
}

TEST_CASE("readers of a flattened tensor address what it flattens") {
  NetworkBuilder b(3);
  const TensorId x = b.conv(b.input(ElementType::kInt8, {2, 16, 3, 3}), same_size(16));
  const TensorId flat = b.reshape(x, {2, 144});
  b.output(b.gemm(flat, 4, ConvOptions{}));
  Planned p(b, edge16());
  p.with_steps();
  REQUIRE(p.plan.tensors[flat].flattened);
  CHECK(p.plan.read_storage(flat) == x);
  CHECK(compiler::chip_inputs(p.network, p.plan, 2) == std::vector<TensorId>{x});
}

TEST_CASE("a spread out tensor lies with its taps as channels") {
  NetworkBuilder b(4);
  const TensorId x = b.input(ElementType::kUint8, {1, 3, 5, 6});
  b.output(b.conv(x, same_size(8, 3)));
  Planned p(b, edge16());
  p.with_steps();
  CHECK(compiler::layout_of(p.network, p.plan, x).channels == 3);
  p.plan.tensors[x].unrolled = p.nodes[0].unrolled_input(p.plan);
  CHECK(compiler::layout_of(p.network, p.plan, x).channels == 9);
}

}  // namespace systole::compiler_test
