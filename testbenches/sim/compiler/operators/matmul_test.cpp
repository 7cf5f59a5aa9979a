// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/network_builder.hpp"
#include "sim/compiler/operators/random_operator.hpp"

namespace systole::compiler_test {

TEST_CASE("random products of activations have the bits of the plain loops on every chip") {
  for (std::uint32_t seed = 1; seed <= 30; ++seed)
    for (const Chip& chip : odd_chips()) {
      NetworkBuilder b(seed + 6000);
      Random& r = b.random();
      const ConvOptions o = random_conv(r);
      const auto extent = [&] { return r.pick<std::int64_t>({1, 1, 2, 7, 16, 17, 64, r.in(1, 90)}); };
      const std::int64_t rows = extent(), depth = extent(), columns = extent();
      Shape left = {rows, depth}, right = {depth, columns};
      if (r.chance(60)) {
        const Shape stack = {r.in(1, 2), r.in(1, 3)};
        left.insert(left.begin(), stack.begin(), stack.end());
        if (r.chance(70)) right.insert(right.begin(), stack.begin(), stack.end());
      }
      const TensorId a = b.input(r.pick(kBytes), left), c = b.input(r.pick(kBytes), right);
      check_on(b, b.matmul(a, c, o), chip, seed, true);
    }
}

TEST_CASE("a right operand can be what the chip computes, if nothing else reads it where the array is not square") {
  for (const bool read_twice : {false, true})
    for (const Chip& chip : odd_chips()) {
      NetworkBuilder b(7);
      const TensorId x = b.input(ElementType::kInt8, {6, 10});
      const TensorId right = b.gemm(x, 9, {}), left = b.input(ElementType::kUint8, {5, 6});
      if (read_twice) b.output(b.gemm(right, 3, {}));
      const TensorId y = b.matmul(left, right, {});
      INFO("chip " << chip.name);
      check_on(b, y, chip, 7, !read_twice || chip.array_rows == chip.array_cols);
      CHECK((host_nodes(compiler::compile(b.network(), chip)) == "") ==
            (!read_twice || chip.array_rows == chip.array_cols));
    }
}

TEST_CASE("a tensor can be both operands of its product") {
  for (const Chip& chip : odd_chips()) {
    NetworkBuilder b(8);
    const TensorId x = b.input(ElementType::kInt8, {2, 17, 17});
    check_on(b, b.matmul(x, x, {}), chip, 8, chip.array_rows == chip.array_cols);
  }
}

}  // namespace systole::compiler_test
