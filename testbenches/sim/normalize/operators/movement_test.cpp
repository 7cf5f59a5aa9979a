// SPDX-License-Identifier: Apache-2.0
//
// Operators that move values.
#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/normalize/qdq_networks.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("operators that move values run on the quantized values") {
  ModelBuilder builder = start(kI8, {1, 2, 3, 4}, {0.1f, 4});
  SECTION("Transpose") {
    builder.node("Transpose", {"dx"}, {"t"}).ints("perm", {0, 2, 3, 1});
    finish(builder, "t", kI8, {1, 3, 4, 2}, {0.1f, 4});
    const Network network = read_and_compare(builder, Agreement::kExact);
    REQUIRE(network.nodes.size() == 1);
    CHECK(network.tensors[only<HostOperator>(network).inputs[0]].type == kI8);
  }
  SECTION("Concat brings each operand to the output's quantization") {
    builder.input("b", kI8, {1, 2, 3, 1}).dequantize("b", "db", {0.2f, 0}, kI8);
    builder.node("Concat", {"dx", "db"}, {"c"}).integer("axis", 3);
    finish(builder, "c", kI8, {1, 2, 3, 5}, {0.1f, 4});
    const Network network = read_and_compare(builder, Agreement::kExact);
    REQUIRE(network.nodes.size() == 2);
    CHECK(std::holds_alternative<Lookup>(network.nodes[0].operation));
  }
}
