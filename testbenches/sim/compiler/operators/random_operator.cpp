// SPDX-License-Identifier: Apache-2.0
#include "sim/compiler/operators/random_operator.hpp"

#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"

namespace systole::compiler_test {

ConvOptions random_conv(Random& r) {
  ConvOptions o;
  o.weight_type = r.pick(kBytes);
  o.output_type = r.pick(kBytes);
  o.raw = r.chance(15);
  o.bias = r.chance(80);
  o.clamp = r.chance(30);
  o.per_channel_scale = r.chance(50);
  o.per_channel_zero_point = r.chance(25);
  return o;
}

void check_on(NetworkBuilder& b, TensorId y, const Chip& chip, std::uint32_t seed, bool must_be_on_chip) {
  b.output(y);
  INFO("chip " << chip.name << " seed " << seed);
  if (must_be_on_chip) CHECK(host_nodes(compiler::compile(b.network(), chip)) == "");
  CHECK(compile_and_compare(b.network(), chip, b.random_inputs()) == "");
}

}  // namespace systole::compiler_test
