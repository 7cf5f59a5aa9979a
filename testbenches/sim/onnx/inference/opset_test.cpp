// SPDX-License-Identifier: Apache-2.0
#include "onnx/inference/opset.hpp"

#include "catch.hpp"
#include "sim/onnx/model_builder.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("a node of a known operator set stays as it is") {
  ModelBuilder b;
  b.node("Cast", {"x"}, {"y"}).integer("saturate", 1);
  CHECK(adapt_to_known_opset(b.last_node(), 13, "what") == 13);
  CHECK(b.last_node().attribute_size() == 1);
}

TEST_CASE("attributes of later operator sets are dropped where they hold their neutral value") {
  ModelBuilder b;
  b.node("QuantizeLinear", {"x", "s"}, {"y"}).integer("axis", 1).integer("block_size", 0).integer("output_dtype", 0);
  CHECK(adapt_to_known_opset(b.last_node(), 21, "what") == 17);
  REQUIRE(b.last_node().attribute_size() == 1);
  CHECK(b.last_node().attribute(0).name() == "axis");
  b.node("Cast", {"x"}, {"c"}).integer("saturate", 1);
  b.node("AveragePool", {"x"}, {"p"}).ints("dilations", {1, 1});
  for (int n : {1, 2}) {
    adapt_to_known_opset(*b.graph().mutable_node(n), 19, "what");
    CHECK(b.graph().node(n).attribute_size() == 0);
  }
}

TEST_CASE("attributes of later operator sets with a meaning are refused") {
  ModelBuilder blocks, dilated;
  blocks.node("DequantizeLinear", {"x", "s"}, {"y"}).integer("block_size", 32);
  CHECK_THROWS_WITH(adapt_to_known_opset(blocks.last_node(), 21, "what"), Contains("what: attribute block_size is 32"));
  dilated.node("AveragePool", {"x"}, {"y"}).ints("dilations", {1, 2});
  CHECK_THROWS_WITH(adapt_to_known_opset(dilated.last_node(), 19, "what"), Contains("dilations"));
}
