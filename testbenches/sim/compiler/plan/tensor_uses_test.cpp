// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/tensor_uses.hpp"

#include "catch.hpp"
#include "sim/compiler/planned.hpp"

namespace systole::compiler_test {

using compiler::TensorUses;

TEST_CASE("a reader of a free reshape reads the bytes of what is reshaped") {
  NetworkBuilder b(1);
  const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 16, 1, 1}), same_size(16, 1));
  const TensorId flat = b.reshape(x, {1, 16});
  b.output(b.gemm(flat, 4, ConvOptions{}));
  Planned p(b, edge16());
  p.with_steps();
  const TensorUses uses(p.network, p.plan);
  CHECK(uses.readers(x) == std::vector<std::uint32_t>{2});
  CHECK(uses.readers(flat).empty());
  CHECK(uses.names(x) == 2);
  CHECK_FALSE(uses.is_private(x));
}

TEST_CASE("a tensor that is added to itself has two readers") {
  NetworkBuilder b(2);
  const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 4, 2, 2}), same_size(4));
  b.output(b.add(x, x, ElementType::kInt8));
  Planned p(b, edge16());
  const TensorUses uses(p.with_steps().network, p.plan);
  CHECK(uses.readers(x).size() == 2);
  CHECK_FALSE(uses.is_private(x));
}

TEST_CASE("parts of a joined tensor are names of it, and what the caller reads is an output under any name") {
  NetworkBuilder b(3);
  const TensorId input = b.input(ElementType::kInt8, {1, 4, 2, 2});
  const TensorId left = b.conv(input, same_size(4)), right = b.conv(input, same_size(4));
  const TensorId joined = b.concat({left, right}, 1);
  const TensorId inner = b.conv(joined, same_size(4));
  b.output(b.conv(inner, same_size(4)));
  b.output(left);
  Planned p(b, odd_chips()[0]);
  const TensorUses uses(p.with_steps().network, p.plan);
  CHECK(uses.names(joined) == 3);
  CHECK(uses.has_parts(joined));
  CHECK(uses.is_output(right));  // its bytes are in the tensor that the caller reads a part of
  CHECK_FALSE(uses.is_output(inner));
  CHECK(uses.is_private(inner));
}

}  // namespace systole::compiler_test
