// SPDX-License-Identifier: Apache-2.0
//
// What lies between an operator and QuantizeLinear.
#include "normalize/chain.hpp"

#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/onnx/model_builder.hpp"

using namespace systole;
using namespace systole::test;

namespace {

// x [2,3] -> Softmax -> s
ModelBuilder chain() {
  ModelBuilder b;
  b.input("x", kF32, {2, 3}).node("Softmax", {"x"}, {"s"});
  return b;
}

RawGraph raw(const ModelBuilder& b) { return RawGraph(b.load(), "net.onnx"); }

}  // namespace

TEST_CASE("a chain goes back through functions of one element, reshapes and copies to what computes") {
  ModelBuilder b = chain();
  b.node("Relu", {"s"}, {"r"}).node("Identity", {"r"}, {"i"}).node("Flatten", {"i"}, {"f"});
  b.floats("two", {}, {2}).node("Mul", {"two", "f"}, {"m"}).output("m", kF32, {2, 3});
  const RawGraph graph = raw(b);
  const Chain c = chain_before(graph, graph.graph().outputs[0]);
  CHECK(graph.tensor(c.source).name == "s");
  CHECK(c.operators_behind("Softmax") == "Softmax+Relu+Mul");
  CHECK(c.operators_behind("") == "Relu+Mul");
  REQUIRE(c.steps.size() == 2);
  CHECK(c.steps[0].position == 0);
  CHECK(c.steps[1].position == 1);
  REQUIRE(c.reshape != nullptr);
  CHECK(c.reshape->operator_name == "Flatten");
  CHECK_FALSE(c.only_limits());
}

TEST_CASE("Relu and Clip limit, other functions do not") {
  ModelBuilder b = chain();
  b.floats("low", {}, {0}).node("Clip", {"s", "low"}, {"c"}).node("Relu", {"c"}, {"r"}).output("r", kF32, {2, 3});
  const RawGraph graph = raw(b);
  CHECK(chain_before(graph, graph.graph().outputs[0]).only_limits());
}

TEST_CASE("a second reader on the way is noticed, an output of the network too") {
  for (const bool output : {false, true}) {
    ModelBuilder b = chain();
    b.node("Relu", {"s"}, {"r"}).node("Neg", {"r"}, {"n"}).quantize("n", "q", {0.5f, 0}, ElementType::kInt8);
    b.output("q", ElementType::kInt8, {2, 3});
    if (output) b.output("r", kF32, {2, 3});
    const RawGraph graph = raw(b);
    const OnnxNode* quantize = graph.producer(graph.graph().outputs[0]);
    CHECK(chain_before(graph, quantize->inputs[0]).read_once != output);
  }
}

TEST_CASE("an operand that is no single constant, or that is repeated, ends the chain") {
  ModelBuilder list = chain(), spread = chain();
  list.floats("c", {3}, {1, 2, 3}).node("Add", {"s", "c"}, {"y"}).output("y", kF32, {2, 3});
  spread.floats("c", {1, 1, 1}, {2}).node("Add", {"s", "c"}, {"y"}).output("y", kF32, {1, 2, 3});
  for (ModelBuilder* b : {&list, &spread}) {
    const RawGraph graph = raw(*b);
    CHECK(graph.tensor(chain_before(graph, graph.graph().outputs[0]).source).name == "y");
  }
}

TEST_CASE("a chain has a limit, so that a hostile file takes linear time") {
  ModelBuilder b = chain();
  std::string last = "s";
  for (int i = 0; i < 100; ++i) {
    const std::string next = "t" + std::to_string(i);
    b.node("Neg", {last}, {next});
    last = next;
  }
  b.output(last, kF32, {2, 3});
  const RawGraph graph = raw(b);
  CHECK(chain_before(graph, graph.graph().outputs[0]).steps.size() == 64);
}
