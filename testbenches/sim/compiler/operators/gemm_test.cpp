// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/network_builder.hpp"
#include "sim/compiler/operators/random_operator.hpp"

namespace systole::compiler_test {

TEST_CASE("random matrix products have the bits of the plain loops on every chip") {
  for (std::uint32_t seed = 1; seed <= 30; ++seed)
    for (const Chip& chip : odd_chips()) {
      NetworkBuilder b(seed + 1000);
      Random& r = b.random();
      const ConvOptions o = random_conv(r);
      const auto extent = [&] { return r.pick<std::int64_t>({1, 1, 2, 7, 16, 17, r.in(1, 90)}); };
      Shape shape = {extent(), extent()};
      if (r.chance(20)) shape.insert(shape.begin(), 3);
      const TensorId x = b.input(r.pick(kBytes), shape);
      check_on(b, b.gemm(x, extent(), o), chip, seed,
               !(o.per_channel_zero_point && chip.weight_words <= chip.array_rows));
    }
}

TEST_CASE("a matrix product behind a flatten reads the image in place") {
  for (std::uint32_t seed = 1; seed <= 12; ++seed)
    for (const Chip& chip : odd_chips()) {
      NetworkBuilder b(seed + 2000);
      Random& r = b.random();
      const Shape image = {r.in(1, 3), r.in(1, 20), r.in(1, 5), r.in(1, 5)};
      const TensorId x = b.input(r.pick(kBytes), image);
      const TensorId flat = b.reshape(x, {image[0], image[1] * image[2] * image[3]});
      ConvOptions o = random_conv(r);
      o.per_channel_zero_point = false;
      check_on(b, b.gemm(flat, r.in(1, 30), o), chip, seed, true);
    }
}

}  // namespace systole::compiler_test
