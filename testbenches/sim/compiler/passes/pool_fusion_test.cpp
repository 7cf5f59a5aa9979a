// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/pool_fusion.hpp"

#include "catch.hpp"
#include "compiler/passes/add_fusion.hpp"
#include "sim/compiler/planned.hpp"

namespace systole::compiler_test {
namespace {

struct Window {
  std::array<std::int64_t, 2> kernel, stride;
  std::array<std::int64_t, 4> pad;
};

bool fuses(const Window& w, const Chip& chip) {
  NetworkBuilder b(1);
  const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 16, 9, 9}), same_size(16));
  b.output(b.max_pool(x, w.kernel, w.stride, w.pad));
  Planned p(b, chip);
  compiler::fuse_pools(p.with_steps().plan, p.nodes);
  CHECK(p.plan.steps[0].nodes.size() == (p.plan.nodes[0].fused_pool ? 1u : 2u));
  return p.plan.nodes[0].fused_pool.has_value();
}

}  // namespace

TEST_CASE("windows that lie side by side inside of the image are fused, all others are not") {
  CHECK(fuses({{3, 3}, {3, 3}, {0, 0, 0, 0}}, edge16()));
  CHECK(fuses({{2, 2}, {2, 2}, {0, 0, 0, 0}}, edge16()));        // the last row and column are not used
  CHECK_FALSE(fuses({{3, 3}, {2, 2}, {0, 0, 0, 0}}, edge16()));  // overlap
  CHECK_FALSE(fuses({{2, 2}, {3, 3}, {0, 0, 0, 0}}, edge16()));  // gaps
  CHECK_FALSE(fuses({{2, 2}, {2, 2}, {1, 1, 0, 0}}, edge16()));  // begins outside
  CHECK_FALSE(fuses({{2, 2}, {2, 2}, {0, 0, 1, 1}}, edge16()));  // ends outside
}

TEST_CASE("a window is fused up to the accumulator rows of the chip") {
  Chip chip = edge16();
  chip.accumulator_rows = 16;
  CHECK(fuses({{4, 4}, {4, 4}, {0, 0, 0, 0}}, chip));
  chip.accumulator_rows = 8;
  CHECK_FALSE(fuses({{4, 4}, {4, 4}, {0, 0, 0, 0}}, chip));
}

TEST_CASE("a fused pooling clamps what the convolution has clamped") {
  NetworkBuilder b(2);
  const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 16, 8, 8}), same_size(16));
  b.output(b.max_pool(x, {2, 2}, {2, 2}));
  Planned p(b, edge16());
  std::get<Conv>(p.network.nodes[0].operation).clamp = {-5, 100};
  std::get<MaxPool>(p.network.nodes[1].operation).clamp = {0, 127};
  compiler::fuse_pools(p.with_steps().plan, p.nodes);
  REQUIRE(p.plan.nodes[0].fused_pool);
  CHECK(p.plan.nodes[0].fused_pool->clamp.low == 0);
  CHECK(p.plan.nodes[0].fused_pool->clamp.high == 100);
}

TEST_CASE("a convolution with an addition, or with a second reader, keeps its pooling apart") {
  NetworkBuilder adds(3), two(4);
  const TensorId x = adds.input(ElementType::kInt8, {1, 16, 8, 8});
  adds.output(adds.max_pool(adds.add(adds.conv(x, same_size(16)), x, ElementType::kInt8), {2, 2}, {2, 2}));
  const TensorId y = two.conv(two.input(ElementType::kInt8, {1, 16, 8, 8}), same_size(16));
  two.output(two.max_pool(y, {2, 2}, {2, 2}));
  two.output(two.conv(y, same_size(16)));
  Planned with_add(adds, edge16()), with_reader(two, edge16());
  compiler::fuse_adds(with_add.with_steps().plan, with_add.nodes);
  REQUIRE(with_add.plan.nodes[0].fused_add);
  for (Planned* p : {&with_add, &with_reader}) {
    if (p == &with_reader) p->with_steps();
    compiler::fuse_pools(p->plan, p->nodes);
    CHECK_FALSE(p->plan.nodes[0].fused_pool);
  }
}

}  // namespace systole::compiler_test
