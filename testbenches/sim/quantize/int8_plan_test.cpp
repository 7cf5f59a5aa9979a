// SPDX-License-Identifier: Apache-2.0
#include "quantize/int8_plan.hpp"

#include <map>
#include <string>

#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/quantize/float_networks.hpp"

using namespace systole;
using namespace systole::test;
using quantize::Int8Plan;

namespace {

struct Planned {
  OnnxGraph graph;
  Int8Plan plan;

  bool integer(const std::string& node) const {
    for (std::size_t n = 0; n < graph.nodes.size(); ++n)
      if (graph.nodes[n].name == node) return plan.integer[n];
    throw std::runtime_error("no node " + node);
  }
  std::optional<Quantization> stored(const std::string& tensor) const {
    for (std::size_t t = 0; t < graph.tensors.size(); ++t)
      if (graph.tensors[t].name == tensor) return plan.quantization[t];
    throw std::runtime_error("no tensor " + tensor);
  }
};

// Every float tensor takes values from -1 to its number.
Planned planned(const ModelBuilder& b) {
  Planned result{b.load(), {}};
  std::map<TensorId, quantize::Range> ranges;
  for (TensorId t = 0; t < result.graph.tensors.size(); ++t) ranges[t] = {-1, static_cast<float>(t)};
  result.plan = plan_int8(quantize::FloatGraph(result.graph), ranges);
  return result;
}

// x [1,4,6,6] -> Conv -> c
ModelBuilder convolution() {
  std::mt19937 random(1);
  ModelBuilder b;
  b.input("x", kF32, {1, 4, 6, 6});
  add_conv(b, random, "x", "c", 4, 4);
  return b;
}

}  // namespace

TEST_CASE("what lies between an operator and its Relu is never stored") {
  ModelBuilder b = convolution();
  b.node("Relu", {"c"}, {"y"}).output("y", kF32, {1, 4, 6, 6});
  const Planned p = planned(b);
  CHECK(p.integer("c"));
  CHECK(p.integer("y"));
  CHECK(p.stored("x"));
  CHECK_FALSE(p.stored("c"));
  CHECK(p.stored("y"));
}

TEST_CASE("a tensor that somebody else reads is stored") {
  ModelBuilder b = convolution();
  b.node("Relu", {"c"}, {"y"}).output("y", kF32, {1, 4, 6, 6}).output("c", kF32, {1, 4, 6, 6});
  const Planned p = planned(b);
  CHECK(p.stored("c"));
  CHECK(p.stored("y"));
}

TEST_CASE("an operator without an int8 form stays float, and a movement of its values too") {
  ModelBuilder b = convolution();
  b.node("Softmax", {"c"}, {"s"}).node("Transpose", {"s"}, {"y"}).output("y", kF32, {6, 6, 4, 1});
  const Planned p = planned(b);
  CHECK_FALSE(p.integer("s"));
  CHECK_FALSE(p.integer("y"));
  CHECK_FALSE(p.stored("s"));
}

TEST_CASE("values that only move keep one scale, that of all their tensors") {
  ModelBuilder b = convolution();
  b.node("Transpose", {"c"}, {"t"})
      .ints("perm", {0, 1, 3, 2})
      .node("MaxPool", {"t"}, {"y"})
      .ints("kernel_shape", {2, 2});
  b.output("y", kF32, {1, 4, 5, 5});
  const Planned p = planned(b);
  REQUIRE(p.stored("c"));
  CHECK(p.stored("c")->scale == p.stored("t")->scale);
  CHECK(p.stored("c")->scale == p.stored("y")->scale);
  CHECK(p.stored("x")->scale != p.stored("c")->scale);
}

TEST_CASE("a sum in the middle of float stays float") {
  ModelBuilder b;
  b.input("x", kF32, {2, 4}).node("Softplus", {"x"}, {"p"}).node("Softsign", {"x"}, {"q"});
  b.node("Add", {"p", "q"}, {"y"}).node("Add", {"x", "p"}, {"z"}).output("y", kF32, {2, 4}).output("z", kF32, {2, 4});
  const Planned p = planned(b);
  CHECK_FALSE(p.integer("y"));
  CHECK(p.integer("z"));
}

TEST_CASE("the scale spreads a range over 255 steps, zero is a value") {
  const Quantization q = quantize::activation_quantization({-1, 4.1f});
  CHECK(q.scale == 5.1f / 255);
  CHECK(q.zero_point == -78);
  CHECK(quantize::activation_quantization({0, 2.55f}).zero_point == -128);
  CHECK(quantize::activation_quantization({-2.55f, 0}).zero_point == 127);
  CHECK(quantize::activation_quantization({0, 0}).scale == 1);
}
