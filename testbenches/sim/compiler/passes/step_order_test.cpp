// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/step_order.hpp"

#include <utility>

#include "catch.hpp"
#include "sim/compiler/planned.hpp"
#include "support/error.hpp"

namespace systole::compiler_test {

TEST_CASE("all that is ready on the chip is one step, whatever host nodes stand between") {
  NetworkBuilder b(1);
  const TensorId x = b.input(ElementType::kInt8, {1, 8, 4, 4});
  const TensorId host = b.transpose(b.conv(x, same_size(8)), {0, 1, 3, 2});
  b.output(b.conv(x, same_size(8)));
  b.output(b.conv(host, same_size(8)));
  Planned p(b, edge16());
  p.with_steps();
  REQUIRE(p.plan.steps.size() == 3);
  CHECK(p.plan.steps[0].on_chip);
  CHECK(p.plan.steps[0].nodes == std::vector<std::uint32_t>{0, 2});
  CHECK_FALSE(p.plan.steps[1].on_chip);
  CHECK(p.plan.steps[1].nodes == std::vector<std::uint32_t>{1});
  CHECK(p.plan.steps[2].nodes == std::vector<std::uint32_t>{3});
}

TEST_CASE("a node that moves no byte is in no step") {
  NetworkBuilder b(2);
  b.output(b.reshape(b.conv(b.input(ElementType::kInt8, {1, 8, 4, 4}), same_size(8)), {1, 8, 2, 8}));
  Planned p(b, edge16());
  p.with_steps();
  REQUIRE(p.plan.steps.size() == 1);
  CHECK(p.plan.steps[0].nodes == std::vector<std::uint32_t>{0});
}

TEST_CASE("nodes that wait for each other are refused by the network's name") {
  NetworkBuilder b(3);
  const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 8, 4, 4}), same_size(8));
  b.output(b.conv(x, same_size(8)));
  Planned p(b, edge16());
  std::get<Conv>(p.network.nodes[0].operation).input = p.output_of(1);
  const compiler::OperatorTable nodes(p.network, p.chip);
  CHECK_THROWS_AS(compiler::order_steps(p.plan, nodes), UserError);
}

}  // namespace systole::compiler_test
