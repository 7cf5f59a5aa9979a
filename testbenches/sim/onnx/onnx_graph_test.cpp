// SPDX-License-Identifier: Apache-2.0
#include "onnx/onnx_graph.hpp"

#include "catch.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("a graph on the host has the same nodes, attributes and tensors") {
  ModelBuilder b;
  b.input("x", ElementType::kFloat32, {2, 3}).node("Softmax", {"x"}, {"s"}).integer("axis", 0);
  b.node("Transpose", {"s"}, {"y"}).ints("perm", {1, 0}).output("y", ElementType::kFloat32, {3, 2});
  const OnnxGraph graph = b.load();
  const Network network = on_host(graph);
  CHECK(network.name == graph.name);
  CHECK(network.inputs == graph.inputs);
  CHECK(network.outputs == graph.outputs);
  CHECK(network.tensors.size() == graph.tensors.size());
  REQUIRE(network.nodes.size() == 2);
  const auto& op = std::get<HostOperator>(network.nodes[1].operation);
  CHECK(network.nodes[1].name == "y");
  CHECK(network.nodes[1].operator_name == "Transpose");
  CHECK(op.ints.at("perm") == std::vector<std::int64_t>{1, 0});
  CHECK(op.inputs == graph.nodes[1].inputs);
  CHECK(op.outputs == graph.nodes[1].outputs);
}

TEST_CASE("a node runs with the tensors of its graph") {
  ModelBuilder b;
  b.input("x", ElementType::kFloat32, {2}).floats("c", {2}, {1, 2}).node("Add", {"x", "c"}, {"y"});
  const OnnxGraph graph = b.output("y", ElementType::kFloat32, {2}).load();
  const HostTensor x = float_tensor({2}, {10, 20});
  CHECK(floats_of(run_on_host(graph.tensors, graph.nodes.at(0), {x, {}}).at(0)) == std::vector<float>{11, 22});
}

TEST_CASE("an absent input is neither a constant nor computed") {
  const std::vector<Tensor> tensors = {{"c", ElementType::kFloat32, {}, {0, 0, 0, 0}, true},
                                       {"x", ElementType::kFloat32, {}, {}, false},
                                       {"i", ElementType::kInt8, {}, {}, false}};
  CHECK(is_constant(tensors, 0));
  CHECK(is_run_time_float(tensors, 1));
  CHECK_FALSE(is_run_time_float(tensors, 0));
  CHECK_FALSE(is_run_time_float(tensors, 2));
  CHECK_FALSE(is_constant(tensors, kNoTensor));
  CHECK_FALSE(is_run_time_float(tensors, kNoTensor));
}
