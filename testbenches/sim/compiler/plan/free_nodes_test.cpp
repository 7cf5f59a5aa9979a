// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/free_nodes.hpp"

#include "catch.hpp"
#include "sim/compiler/planned.hpp"

namespace systole::compiler_test {

TEST_CASE("who has to write before a name can be read: everything that free nodes made it of") {
  NetworkBuilder b(1);
  const TensorId input = b.input(ElementType::kInt8, {1, 4, 1, 1});
  const TensorId left = b.conv(input, same_size(4, 1)), right = b.conv(input, same_size(4, 1));
  const TensorId joined = b.concat({left, right}, 1);
  const TensorId shaped = b.reshape(joined, {1, 8, 1, 1});
  b.output(b.conv(shaped, same_size(4, 1)));
  Planned p(b, odd_chips()[0]);
  const compiler::FreeNodes free(p.network, p.with_steps().plan.placements());
  CHECK(free.sources(input) == std::vector<TensorId>{input});
  CHECK(free.sources(shaped) == std::vector<TensorId>{left, right});
  CHECK_FALSE(free.producer(left));
  REQUIRE(free.producer(shaped));
  CHECK(*free.producer(shaped) == 3);
}

}  // namespace systole::compiler_test
