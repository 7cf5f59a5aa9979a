// SPDX-License-Identifier: Apache-2.0
#include "compiler/dram/lifetimes.hpp"

#include "catch.hpp"
#include "sim/compiler/planned.hpp"

namespace systole::compiler_test {

TEST_CASE("a tensor lives from the node that writes it to the last one that reads it") {
  NetworkBuilder b(1);
  const TensorId input = b.input(ElementType::kInt8, {1, 16, 4, 4});
  const TensorId x = b.conv(input, same_size(16)), y = b.conv(x, same_size(16)), z = b.conv(y, same_size(16));
  b.output(z);
  Planned p(b, edge16());
  const auto life = compiler::lifetimes(p.with_steps().plan, p.nodes, false);
  CHECK(life[x]->overlaps(*life[y]));
  CHECK_FALSE(life[x]->overlaps(*life[z]));
  CHECK(life[input]->first < life[x]->first);  // the host writes it before the step
  CHECK(life[z]->last > life[z]->first);       // the caller reads it behind the step
}

TEST_CASE("a tensor that the host reads lives to the end of the step that writes it") {
  NetworkBuilder b(2);
  const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 16, 4, 4}), same_size(16));
  const TensorId y = b.conv(x, same_size(16));
  b.output(b.transpose(x, {0, 1, 3, 2}));
  b.output(y);
  Planned p(b, edge16());
  const auto life = compiler::lifetimes(p.with_steps().plan, p.nodes, false);
  CHECK(life[x]->last == life[y]->last);
  CHECK_FALSE(life[p.output_of(2)]);  // the host's tensors are in no DRAM
}

TEST_CASE("a pooling that may run beside the node before it writes one node earlier") {
  NetworkBuilder b(3);
  const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 16, 8, 8}), same_size(16));
  const TensorId pooled = b.max_pool(x, {3, 3}, {2, 2}, {1, 1, 1, 1});
  b.output(pooled);
  Planned p(b, edge16());
  const auto life = compiler::lifetimes(p.with_steps().plan, p.nodes, false);
  CHECK(life[pooled]->first == life[x]->first);
}

TEST_CASE("with a request to keep them all tensors live to the end, and residents not at all") {
  NetworkBuilder b(4);
  const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 16, 4, 4}), same_size(16));
  const TensorId y = b.conv(x, same_size(16));
  b.output(b.conv(y, same_size(16)));
  Planned p(b, edge16());
  p.with_steps();
  p.plan.tensors[y].resident = compiler::Resident{};
  const auto life = compiler::lifetimes(p.plan, p.nodes, true);
  CHECK(life[x]->last == life[p.output_of(2)]->last);
  CHECK_FALSE(life[y]);
}

}  // namespace systole::compiler_test
