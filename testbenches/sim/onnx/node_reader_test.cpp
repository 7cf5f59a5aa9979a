// SPDX-License-Identifier: Apache-2.0
#include "onnx/node_reader.hpp"

#include <cmath>
#include <limits>

#include "catch.hpp"
#include "onnx/graph_interface.hpp"
#include "sim/network/element_types.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"
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

TEST_CASE("a power has the type of its base, whatever the exponent's") {
  ModelBuilder b;
  b.int64s("e", {1}, {2}).node("Pow", {"x", "e"}, {"y"});
  const OnnxGraph graph = read(b, 13);
  CHECK(graph.tensors[graph.nodes.at(0).outputs[0]].type == kF32);
}

TEST_CASE("limits that the network computes act during the run, as in ONNX Runtime") {
  constexpr float kInfinity = std::numeric_limits<float>::infinity(), kMost = std::numeric_limits<float>::max();
  const float nan = std::nanf("");
  const std::vector<float> x = {nan, -kInfinity, kInfinity, -0.0f, 0, 1, -5, 7};
  const auto clipped = [&](const std::vector<float>& limits, const std::vector<std::string>& inputs) {
    ModelBuilder b;
    b.input("x", kF32, {8}).input("l", kF32, {}).input("h", kF32, {}).floats("one", {}, {1});
    b.node("Mul", {"l", "one"}, {"low"}).node("Mul", {"h", "one"}, {"high"});
    b.node("Clip", inputs, {"y"}).output("y", kF32, {8});
    return run_network(b.read(),
                       {float_tensor({8}, x), float_tensor({}, {limits[0]}), float_tensor({}, {limits[1]})})[0]
        .data;
  };
  const auto bits = [](const std::vector<float>& values) {
    return float_tensor({static_cast<std::int64_t>(values.size())}, values).data;
  };
  const std::vector<std::string> both = {"x", "low", "high"};
  CHECK(clipped({-1, 6}, both) == bits({nan, -1, 6, -0.0f, 0, 1, -1, 6}));
  CHECK(clipped({6, -1}, both) == bits({nan, -1, -1, -1, -1, -1, -1, -1}));
  CHECK(clipped({nan, 6}, both) == bits({nan, -kInfinity, 6, -0.0f, 0, 1, -5, 6}));
  CHECK(clipped({-1, nan}, both) == bits({nan, -1, kInfinity, -0.0f, 0, 1, -1, 7}));
  CHECK(clipped({0, 6}, both) == bits({nan, 0, 6, -0.0f, 0, 1, 0, 6}));
  CHECK(clipped({-1, -0.0f}, both) == bits({nan, -1, -0.0f, -0.0f, 0, -0.0f, -1, -0.0f}));
  // A limit that is not there is the type's own.
  CHECK(clipped({-1, 3}, {"x", "", "high"}) == bits({nan, -kMost, 3, -0.0f, 0, 1, -5, 3}));
  CHECK(clipped({-1, 3}, {"x", "low"}) == bits({nan, -1, kMost, -0.0f, 0, 1, -1, 7}));
  // One may be a constant.
  CHECK(clipped({-1, 3}, {"x", "low", "one"}) == bits({nan, -1, 1, -0.0f, 0, 1, -1, 1}));
}

TEST_CASE("limits of integers are exact, constants and computed ones") {
  ModelBuilder b;
  constexpr std::int64_t kOdd = (std::int64_t{1} << 60) + 1;  // no float32 or float64
  b.input("x", ElementType::kInt64, {3}).int64s("low", {}, {-kOdd}).int64s("high", {}, {kOdd});
  b.node("Clip", {"x", "low", "high"}, {"y"}).output("y", ElementType::kInt64, {3});
  HostTensor x = make_host_tensor(ElementType::kInt64, {3});
  elements<std::int64_t>(x)[0] = kOdd + 1;
  elements<std::int64_t>(x)[1] = kOdd - 1;
  elements<std::int64_t>(x)[2] = std::numeric_limits<std::int64_t>::min();
  const HostTensor y = run_network(b.read(), {x})[0];
  CHECK(integer_at(y, 0) == kOdd);
  CHECK(integer_at(y, 1) == kOdd - 1);
  CHECK(integer_at(y, 2) == -kOdd);
  ModelBuilder bytes;
  bytes.input("x", kI8, {3}).node("Clip", {"x"}, {"y"}).output("y", kI8, {3});
  CHECK(integers_of(run_network(bytes.read(), {byte_tensor(kI8, {3}, {-128, 0, 127})})[0]) ==
        std::vector<int>{-128, 0, 127});
}

TEST_CASE("a limit has one element and the type of the input") {
  ModelBuilder several;
  several.int64s("i", {2}, {1, 2}).node("Identity", {"x"}, {"z"}).node("Clip", {"x", "z"}, {"y"});
  CHECK_THROWS_WITH(read(several, 13), Contains("node 'y' (Clip): input 'z' must be one number"));
  ModelBuilder mixed;
  mixed.int64s("i", {}, {1}).node("Cast", {"x"}, {"z"}).integer("to", 7).node("Clip", {"z", "f"}, {"y"});
  mixed.floats("f", {}, {1});
  CHECK_THROWS_WITH(read(mixed, 13), Contains("node 'y' (Clip): input 'f' is float32 where int64 is needed"));
  ModelBuilder old(6);
  old.node("Cast", {"x"}, {"z"}).integer("to", 6).node("Clip", {"z"}, {"y"}).number("min", 1);
  CHECK_THROWS_WITH(read(old, 6), Contains("node 'y' (Clip): input 'z' is int32, which Clip does not take"));
}
