// SPDX-License-Identifier: Apache-2.0
#include "onnx/node_reader.hpp"

#include "catch.hpp"
#include "onnx/graph_interface.hpp"
#include "sim/network/element_types.hpp"
#include "sim/onnx/model_builder.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

// The nodes of `b` on an input x of shape [1,4,2], one after the other.
OnnxGraph read(ModelBuilder& b, std::int64_t opset, const std::unordered_set<std::string>& read_names = {}) {
  GraphBuilder builder("net.onnx");
  builder.define("x", {"x", kF32, {1, 4, 2}, {}, false});
  add_initializers(b.graph(), builder);
  NodeReader reader(builder, opset, read_names);
  for (int n = 0; n < b.graph().node_size(); ++n) reader.add(b.graph().node(n), n);
  return builder.take_graph();
}

}  // namespace

TEST_CASE("a sum of two tensors is an Add, of one the tensor itself") {
  ModelBuilder b;
  b.node("Sum", {"x", "x"}, {"two"}).node("Sum", {"x"}, {"one"}).node("Sum", {"x", "x", "x"}, {"three"});
  const OnnxGraph graph = read(b, 13);
  REQUIRE(graph.nodes.size() == 3);
  CHECK(graph.nodes[0].operator_name == "Add");
  CHECK(graph.nodes[1].operator_name == "Identity");
  CHECK(graph.nodes[2].operator_name == "Sum");
}

TEST_CASE("a node without a name has that of its first output") {
  ModelBuilder b;
  b.node("Relu", {"x"}, {"y"});
  b.last_node().clear_name();
  CHECK(read(b, 13).nodes.at(0).name == "y");
}

TEST_CASE("a node of constants leaves none in the graph") {
  ModelBuilder b;
  b.floats("c", {1}, {2}).node("Neg", {"c"}, {"n"}).node("Mul", {"x", "n"}, {"y"});
  const OnnxGraph graph = read(b, 13);
  REQUIRE(graph.nodes.size() == 1);
  CHECK(graph.tensors[graph.nodes[0].inputs[1]].is_constant);
}

TEST_CASE("slopes of old PRelu nodes belong to channels") {
  ModelBuilder old(6), now(7);
  for (ModelBuilder* b : {&old, &now}) b->floats("slope", {4}, {1, 2, 3, 4}).node("PRelu", {"x", "slope"}, {"y"});
  const OnnxGraph graph = read(old, 6);
  CHECK(graph.tensors[graph.nodes[0].inputs[1]].shape == Shape{4, 1});
  CHECK_THROWS_WITH(read(now, 7), Contains("do not broadcast"));
}

TEST_CASE("a second output that Systole does not have may be there, but nobody may read it") {
  ModelBuilder b;
  b.node("Dropout", {"x"}, {"y", "mask"});
  CHECK(read(b, 13).nodes.at(0).outputs.size() == 1);
  CHECK_THROWS_WITH(read(b, 13, {"mask"}), Contains("output 'mask' is not supported"));
}

TEST_CASE("an exponent has the type of its base") {
  ModelBuilder b;
  b.int64s("e", {1}, {2}).node("Pow", {"x", "e"}, {"y"});
  CHECK_THROWS_WITH(read(b, 13), Contains("the exponent 'e' is int64"));
}
