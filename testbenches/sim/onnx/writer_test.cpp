// SPDX-License-Identifier: Apache-2.0
//
// Graphs that are written read the same again. Files of the quantizer are in open_network_test.
#include "onnx/writer.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "catch.hpp"
#include "onnx/input_lowering.hpp"
#include "onnx/model_loader.hpp"
#include "sim/network/element_types.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"

using namespace systole;
using namespace systole::test;

namespace {

const Shape kImage4x2x2 = {1, 4, 2, 2};

using Build = std::function<void(ModelBuilder&)>;
struct Case {
  Build nodes;  // from x to y
  Shape output;
};

// A node for each operator whose inputs the reader changes.
const std::map<std::string, Case>& cases() {
  static const std::map<std::string, Case> table = {
      {"Clip",
       {[](ModelBuilder& b) {
          b.floats("low", {}, {0}).node("Clip", {"x", "low"}, {"y"});
        },
        kImage4x2x2}},
      {"CumSum",
       {[](ModelBuilder& b) {
          b.int64s("a", {}, {2}).node("CumSum", {"x", "a"}, {"y"}).integer("reverse", 1);
        },
        kImage4x2x2}},
      {"Dropout", {[](ModelBuilder& b) { b.node("Dropout", {"x"}, {"y"}); }, kImage4x2x2}},
      {"Expand",
       {[](ModelBuilder& b) {
          b.int64s("s", {5}, {3, 1, 1, 1, 1}).node("Expand", {"x", "s"}, {"y"});
        },
        {3, 1, 4, 2, 2}}},
      {"OneHot",
       {[](ModelBuilder& b) {
          b.int64s("d", {}, {9}).floats("v", {2}, {-1, 5}).node("OneHot", {"x", "d", "v"}, {"y"}).integer("axis", -2);
        },
        {1, 4, 2, 9, 2}}},
      {"Pad",
       {[](ModelBuilder& b) {
          b.int64s("p", {8}, {0, 0, 1, 0, 0, 0, 0, 1}).floats("v", {}, {7}).node("Pad", {"x", "p", "v"}, {"y"});
        },
        {1, 4, 3, 3}}},
      {"ReduceSum",
       {[](ModelBuilder& b) {
          b.int64s("a", {1}, {1}).node("ReduceSum", {"x", "a"}, {"y"});
        },
        {1, 1, 2, 2}}},
      {"Reshape",
       {[](ModelBuilder& b) {
          b.int64s("s", {2}, {4, -1}).node("Reshape", {"x", "s"}, {"y"});
        },
        {4, 4}}},
      {"Resize",
       {[](ModelBuilder& b) {
          b.floats("s", {4}, {1, 1, 2, 1}).node("Resize", {"x", "", "s"}, {"y"});
        },
        {1, 4, 4, 2}}},
      {"Slice",
       {[](ModelBuilder& b) {
          b.int64s("f", {1}, {3}).int64s("t", {1}, {-9}).int64s("a", {1}, {1}).int64s("d", {1}, {-2});
          b.node("Slice", {"x", "f", "t", "a", "d"}, {"y"});
        },
        {1, 2, 2, 2}}},
      {"Split",
       {[](ModelBuilder& b) {
          b.int64s("s", {2}, {1, 3}).node("Split", {"x", "s"}, {"z", "y"}).integer("axis", -3);
        },
        {1, 3, 2, 2}}},
      {"Squeeze",
       {[](ModelBuilder& b) {
          b.int64s("a", {1}, {0}).node("Squeeze", {"x", "a"}, {"y"});
        },
        {4, 2, 2}}},
      {"Tile",
       {[](ModelBuilder& b) {
          b.int64s("r", {4}, {1, 1, 2, 3}).node("Tile", {"x", "r"}, {"y"});
        },
        {1, 4, 4, 6}}},
      {"TopK",
       {[](ModelBuilder& b) {
          b.int64s("k", {1}, {3}).node("TopK", {"x", "k"}, {"y", "i"}).integer("axis", 1);
        },
        {1, 3, 2, 2}}},
      {"Trilu",
       {[](ModelBuilder& b) {
          b.int64s("k", {}, {1}).node("Trilu", {"x", "k"}, {"y"});
        },
        kImage4x2x2}},
      {"Unsqueeze",
       {[](ModelBuilder& b) {
          b.int64s("a", {1}, {2}).node("Unsqueeze", {"x", "a"}, {"y"});
        },
        {1, 4, 1, 2, 2}}},
  };
  return table;
}

OnnxGraph written_and_read(const OnnxGraph& graph) {
  const TemporaryFolder folder;
  write_onnx(folder.file("again.onnx"), graph);
  return load_model(folder.file("again.onnx"));
}

HostTensor image() {
  std::mt19937 random(3);
  std::vector<float> values;
  for (int i = 0; i < 16; ++i) values.push_back(static_cast<float>(uniform(random, -9, 9)));
  return float_tensor(kImage4x2x2, values);
}

}  // namespace

TEST_CASE("every operator whose inputs the reader changes is written so that it reads the same") {
  for (const std::string& name : lowered_operators()) {
    INFO(name << ": an operator without a case here has not been tried");
    REQUIRE(cases().count(name) == 1);
    ModelBuilder b(17);
    b.input("x", kF32, kImage4x2x2).output("y", kF32, cases().at(name).output);
    cases().at(name).nodes(b);
    const OnnxGraph graph = b.load();
    const auto expected = run_network(graph, {image()}), found = run_network(written_and_read(graph), {image()});
    CHECK(found.at(0).shape == expected.at(0).shape);
    CHECK(found.at(0).data == expected.at(0).data);
  }
}

TEST_CASE("attributes, names and constants of a graph are in its file") {
  ModelBuilder b;
  b.input("x", kF32, {2, 3}).floats("c", {3}, {1, 2, 3}).node("Mul", {"x", "c"}, {"m"});
  b.node("Transpose", {"m"}, {"t"}).ints("perm", {1, 0}).node("LeakyRelu", {"t"}, {"y"}).number("alpha", 0.25f);
  const OnnxGraph graph = b.output("y", kF32, {3, 2}).load(), again = written_and_read(graph);
  CHECK(again.name == graph.name);
  REQUIRE(again.nodes.size() == 3);
  for (std::size_t n = 0; n < 3; ++n) {
    CHECK(again.nodes[n].name == graph.nodes[n].name);
    CHECK(again.nodes[n].operator_name == graph.nodes[n].operator_name);
    CHECK(again.nodes[n].ints == graph.nodes[n].ints);
    CHECK(again.nodes[n].floats == graph.nodes[n].floats);
  }
  CHECK(again.tensors[again.nodes[0].inputs[1]].data == graph.tensors[graph.nodes[0].inputs[1]].data);
}

TEST_CASE("an operator of com.microsoft is written with its domain") {
  ModelBuilder b;
  b.input("x", ElementType::kInt8, {1, 2, 2, 2}).floats("s", {}, {0.5f}).bytes("z", ElementType::kInt8, {}, {1});
  b.node("QLinearGlobalAveragePool", {"x", "s", "z", "s", "z"}, {"y"}, "com.microsoft");
  const OnnxGraph graph = b.output("y", ElementType::kInt8, {1, 2, 1, 1}).load();
  CHECK(written_and_read(graph).nodes.at(0).operator_name == "QLinearGlobalAveragePool");
}

TEST_CASE("a softmax over flattened dimensions keeps its meaning") {
  ModelBuilder b(11);
  b.input("x", kF32, kImage4x2x2).node("Softmax", {"x"}, {"y"}).integer("axis", 2);
  const OnnxGraph graph = b.output("y", kF32, kImage4x2x2).load();
  const auto expected = run_network(graph, {image()}), found = run_network(written_and_read(graph), {image()});
  for (std::size_t i = 0; i < 16; ++i)
    CHECK(floats_of(found.at(0))[i] == Approx(floats_of(expected.at(0))[i]).margin(1e-6));
}

TEST_CASE("operators that grew since operator set 13 are written so that they read the same") {
  const std::vector<Build> nodes = {
      [](ModelBuilder& b) { b.node("Hardmax", {"x"}, {"y"}).integer("axis", 2); },
      [](ModelBuilder& b) {
        b.int64s("i", {1, 1, 2, 2}, {0, 1, 2, 3}).floats("u", {1, 1, 2, 2}, {5, 6, 7, 8});
        b.node("ScatterElements", {"x", "i", "u"}, {"y"}).integer("axis", 1).text("reduction", "add");
      },
      [](ModelBuilder& b) {
        b.int64s("i", {1, 2}, {0, -1}).floats("u", {1, 2, 2}, {5, 6, 7, 8});
        b.node("ScatterND", {"x", "i", "u"}, {"y"}).text("reduction", "mul");
      },
      [](ModelBuilder& b) {
        b.node("Cast", {"x"}, {"q"}).integer("to", onnx::TensorProto::INT8).node("Add", {"q", "q"}, {"s"});
        b.node("Relu", {"s"}, {"r"}).node("Cast", {"r"}, {"y"}).integer("to", onnx::TensorProto::FLOAT);
      },
  };
  for (const Build& build : nodes) {
    ModelBuilder b(16);
    b.input("x", kF32, kImage4x2x2).output("y", kF32, kImage4x2x2);
    build(b);
    const OnnxGraph graph = b.load();
    CHECK(run_network(written_and_read(graph), {image()}).at(0).data == run_network(graph, {image()}).at(0).data);
  }
}
