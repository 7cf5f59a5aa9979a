// SPDX-License-Identifier: Apache-2.0
#include "onnx/node_order.hpp"

#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/onnx/model_builder.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

// Of nodes that read x or each other.
std::vector<int> order(const std::vector<std::pair<std::string, std::string>>& nodes) {
  ModelBuilder b;
  for (const auto& [from, to] : nodes) b.node("Relu", {from}, {to});
  GraphBuilder builder("net.onnx");
  builder.define("x", {"x", kF32, {1}, {}, false});
  return execution_order(b.graph(), builder);
}

}  // namespace

TEST_CASE("nodes that are in order stay as they are") {
  CHECK(order({{"x", "a"}, {"x", "b"}, {"a", "c"}}) == std::vector<int>{0, 1, 2});
}

TEST_CASE("a node comes after what it reads, otherwise in the file's order") {
  CHECK(order({{"c", "y"}, {"x", "a"}, {"b", "c"}, {"a", "b"}, {"x", "d"}}) == std::vector<int>{1, 3, 2, 0, 4});
}

TEST_CASE("a cycle, an unknown tensor and one with two writers are refused by node") {
  CHECK_THROWS_WITH(order({{"x", "a"}, {"c", "b"}, {"b", "c"}}), Contains("node 'b'") && Contains("cycle"));
  CHECK_THROWS_WITH(order({{"z", "a"}}), Contains("node 'a'") && Contains("'z' is neither"));
  CHECK_THROWS_WITH(order({{"x", "a"}, {"x", "a"}}), Contains("'a' is defined twice"));
  CHECK_THROWS_WITH(order({{"x", "x"}}), Contains("'x' is defined twice"));
}
