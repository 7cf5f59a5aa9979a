// SPDX-License-Identifier: Apache-2.0
#include "compiler/matrix/parameter_packing.hpp"

#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/matrix/problems.hpp"

namespace systole::compiler_test {

using compiler::ConstantPool;
using compiler::Item;
using compiler::MatrixProblem;
using compiler::ParameterPacking;

TEST_CASE("parameters are pairs of bias and scale by channel, zero behind the last one") {
  MatrixProblem p = convolution({4, 3}, kSmallChip);
  p.bias = {1, -2, 3};
  p.scale = {0.5f, 1.5f, 2.5f};
  ConstantPool pool(64);
  const ParameterPacking packing(p, kSmallChip, pool);
  std::vector<std::uint8_t> expected;
  for (std::size_t m = 0; m < 3; ++m) compiler::append_parameter(expected, p.bias[m], p.scale[m]);
  compiler::append_parameter(expected, 0, 0);
  CHECK(pool.bytes() == expected);
}

TEST_CASE("a store's parameters are a load of the words of its channels") {
  ConstantPool pool(64);
  const ParameterPacking packing(convolution({4, 8}, kSmallChip), kSmallChip, pool);
  Item item;
  item.requests.resize(2);
  packing.request(item, 4, 4);
  REQUIRE(item.requests.size() == 3);
  CHECK(item.store_parameter == std::size_t{2});
  CHECK(item.requests[2].load.buffer == isa::Buffer::kParameter);
  CHECK(item.requests[2].load.dram_offset == 4 * 8);
  CHECK(item.requests[2].load.run_bytes == 4 * 8);
  CHECK(item.requests[2].words == 2);
}

TEST_CASE("raw sums have no parameters") {
  MatrixProblem p = convolution({4, 8}, kSmallChip);
  make_raw(p, kSmallChip);
  ConstantPool pool(64);
  const ParameterPacking packing(p, kSmallChip, pool);
  CHECK(pool.bytes().empty());
}

}  // namespace systole::compiler_test
