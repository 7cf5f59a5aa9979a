// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/views.hpp"

#include "catch.hpp"
#include "sim/compiler/planned.hpp"

namespace systole::compiler_test {

TEST_CASE("a convolution sees images, a matrix product a matrix, and an addition what the others make of it") {
  NetworkBuilder b(1);
  const TensorId image = b.input(ElementType::kInt8, {1, 8, 2, 2}), rows = b.input(ElementType::kInt8, {3, 8});
  const TensorId x = b.conv(image, same_size(8)), y = b.conv(image, same_size(8));
  const TensorId sum = b.add(x, y, ElementType::kInt8);
  const TensorId product = b.gemm(rows, 8, ConvOptions{});
  const TensorId products = b.add(product, rows, ElementType::kInt8);
  b.output(sum);
  b.output(products);
  Planned p(b, edge16());
  compiler::choose_views(p.plan, p.nodes);
  for (TensorId t : {image, x, y, sum}) CHECK(p.plan.is_images(t));
  for (TensorId t : {rows, product, products}) CHECK_FALSE(p.plan.is_images(t));
}

TEST_CASE("what is joined along its channels is seen like its parts") {
  NetworkBuilder b(2);
  const TensorId rows = b.input(ElementType::kInt8, {3, 8});
  const TensorId joined = b.concat({b.gemm(rows, 8, ConvOptions{}), rows}, 1);
  b.output(joined);
  Planned p(b, edge16());
  compiler::choose_views(p.plan, p.nodes);
  CHECK_FALSE(p.plan.is_images(joined));
}

}  // namespace systole::compiler_test
