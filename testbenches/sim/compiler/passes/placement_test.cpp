// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/placement.hpp"

#include <cmath>

#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/network_builder.hpp"

namespace systole::compiler_test {
namespace {

std::string placement_reason(NetworkBuilder& b, const Chip& chip) {
  const auto compiled = compiler::compile(b.network(), chip);
  return compiled.placement[0].place == compiler::Place::kHost ? compiled.placement[0].reason : "";
}

}  // namespace

TEST_CASE("scales that the post-processing does not accept put a node on the host") {
  for (const float scale : {1e-39f, -0.5f, std::nanf(""), INFINITY}) {
    NetworkBuilder b(9);
    ConvOptions o;
    b.output(b.conv(b.input(ElementType::kInt8, {1, 2, 3, 3}), o));
    Network network = b.network();
    std::get<Conv>(network.nodes[0].operation).scale = {scale};
    const auto compiled = compiler::compile(network, odd_chips()[0]);
    CHECK(compiled.placement[0].place == compiler::Place::kHost);
    CHECK(compiled.placement[0].reason.find("scale") != std::string::npos);
  }
}

TEST_CASE("a pooling window that the chip cannot hold runs on the host with the same bits") {
  NetworkBuilder b(10);
  b.output(b.max_pool(b.input(ElementType::kInt8, {1, 3, 12, 12}), {9, 9}, {1, 1}));
  const Chip starved = odd_chips()[1];
  CHECK(placement_reason(b, starved).find("patch") != std::string::npos);
  CHECK(compile_and_compare(b.network(), starved, b.random_inputs()) == "");
}

}  // namespace systole::compiler_test
