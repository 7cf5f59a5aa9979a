// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/add_fusion.hpp"

#include "catch.hpp"
#include "sim/compiler/planned.hpp"

namespace systole::compiler_test {

TEST_CASE("a fused node is computed where the addition stood, with the other operand as residual") {
  NetworkBuilder b(1);
  const TensorId input = b.input(ElementType::kInt8, {1, 16, 4, 4});
  const TensorId y = b.conv(input, same_size(16));
  const TensorId x = b.conv(input, same_size(16));
  b.output(b.conv(x, same_size(16)));  // x has two readers: only y can take the addition
  b.output(b.add(y, x, ElementType::kInt8));
  Planned p(b, edge16());
  compiler::fuse_adds(p.with_steps().plan, p.nodes);
  CHECK(p.plan.steps[0].nodes == std::vector<std::uint32_t>{1, 2, 0});
  REQUIRE(p.plan.nodes[0].fused_add);
  CHECK(p.plan.nodes[0].fused_add->node == 3);
  CHECK(p.plan.nodes[0].fused_add->residual == x);
  CHECK(p.plan.nodes[3].placement.fused_into == 0u);
}

TEST_CASE("a node takes one addition and no second one") {
  NetworkBuilder b(2);
  const TensorId input = b.input(ElementType::kInt8, {1, 16, 4, 4});
  const TensorId sum = b.add(b.conv(input, same_size(16)), input, ElementType::kInt8);
  b.output(b.add(sum, input, ElementType::kInt8));
  Planned p(b, edge16());
  compiler::fuse_adds(p.with_steps().plan, p.nodes);
  CHECK(p.plan.steps[0].nodes == std::vector<std::uint32_t>{0, 2});
}

TEST_CASE("a matrix product takes an addition, a pooling takes none") {
  NetworkBuilder product(3), pool(4);
  const TensorId rows = product.input(ElementType::kInt8, {5, 16});
  product.output(product.add(product.gemm(rows, 16, ConvOptions{}), rows, ElementType::kInt8));
  const TensorId image = pool.input(ElementType::kInt8, {1, 16, 4, 4});
  pool.output(pool.add(pool.max_pool(image, {3, 3}, {1, 1}, {1, 1, 1, 1}), image, ElementType::kInt8));
  Planned with_product(product, edge16()), with_pool(pool, edge16());
  compiler::fuse_adds(with_product.with_steps().plan, with_product.nodes);
  compiler::fuse_adds(with_pool.with_steps().plan, with_pool.nodes);
  CHECK(with_product.plan.nodes[0].fused_add);
  CHECK_FALSE(with_pool.plan.nodes[0].fused_add);
}

TEST_CASE("nothing is fused where a residual piece has no bank") {
  NetworkBuilder b(5);
  const TensorId input = b.input(ElementType::kInt8, {1, 16, 4, 4});
  b.output(b.add(b.conv(input, same_size(16)), input, ElementType::kInt8));
  Chip chip = odd_chips()[3];  // four channel blocks a column block
  for (const bool fits : {true, false}) {
    chip.activation_bank_words = fits ? 4 : 2;
    Planned p(b, chip);
    compiler::fuse_adds(p.with_steps().plan, p.nodes);
    CHECK(p.plan.nodes[0].fused_add.has_value() == fits);
  }
}

}  // namespace systole::compiler_test
