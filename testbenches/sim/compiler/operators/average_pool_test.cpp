// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/network_builder.hpp"
#include "sim/compiler/operators/random_operator.hpp"

namespace systole::compiler_test {

TEST_CASE("random average poolings have the bits of the plain loops on every chip") {
  for (std::uint32_t seed = 1; seed <= 12; ++seed)
    for (const Chip& chip : odd_chips()) {
      NetworkBuilder b(seed + 5000);
      Random& r = b.random();
      const Shape shape = {r.in(1, 2), r.in(1, 40), r.in(4, 12), r.in(4, 12)};
      const bool global = r.chance(50);
      const std::array<std::int64_t, 2> kernel = {global ? shape[2] : r.in(1, 4), global ? shape[3] : r.in(1, 4)};
      const TensorId x = b.input(r.pick(kBytes), shape);
      check_on(b, b.average_pool(x, kernel, {r.in(1, 3), r.in(1, 3)}, r.pick(kBytes)), chip, seed, true);
    }
}

}  // namespace systole::compiler_test
