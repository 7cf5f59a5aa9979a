// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/network_builder.hpp"
#include "sim/compiler/operators/random_operator.hpp"

namespace systole::compiler_test {

TEST_CASE("random adds have the bits of the plain loops on every chip") {
  for (std::uint32_t seed = 1; seed <= 15; ++seed)
    for (const Chip& chip : odd_chips()) {
      NetworkBuilder b(seed + 3000);
      Random& r = b.random();
      const Shape shape = {r.in(1, 3), r.in(1, 40), r.in(1, 12), r.in(1, 12)};
      const TensorId a = b.input(r.pick(kBytes), shape), c = b.input(r.pick(kBytes), shape);
      check_on(b, b.add(a, r.chance(10) ? a : c, r.pick(kBytes), r.chance(30)), chip, seed, true);
    }
}

}  // namespace systole::compiler_test
