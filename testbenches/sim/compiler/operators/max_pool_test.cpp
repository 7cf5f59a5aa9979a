// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/network_builder.hpp"
#include "sim/compiler/operators/random_operator.hpp"

namespace systole::compiler_test {

TEST_CASE("random poolings have the bits of the plain loops on every chip") {
  for (std::uint32_t seed = 1; seed <= 20; ++seed)
    for (const Chip& chip : odd_chips()) {
      NetworkBuilder b(seed + 4000);
      Random& r = b.random();
      std::array<std::int64_t, 2> kernel, stride, dilation;
      std::array<std::int64_t, 4> pad;
      for (int a = 0; a < 2; ++a) {
        kernel[a] = r.in(1, 4);
        stride[a] = r.in(1, 4);
        dilation[a] = r.pick<std::int64_t>({1, 1, 2});
        pad[a] = r.in(0, kernel[a] - 1);
        pad[a + 2] = r.in(0, kernel[a] - 1);
      }
      const TensorId x = b.input(r.pick(kBytes), {r.in(1, 2), r.in(1, 40), r.in(8, 20), r.in(8, 20)});
      check_on(b, b.max_pool(x, kernel, stride, pad, dilation), chip, seed, true);
    }
}

}  // namespace systole::compiler_test
