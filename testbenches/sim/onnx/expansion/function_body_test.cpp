// SPDX-License-Identifier: Apache-2.0
//
// Operators that ONNX defines by others: read, run, and computed again from their definitions.
#include "onnx/expansion/function_body.hpp"

#include <cmath>
#include <set>

#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("Celu takes its attribute, or the default of the schema") {
  const std::vector<float> x = {-3, -0.5f, 0, 2};
  for (const float alpha : {1.0f, 2.0f}) {
    ModelBuilder b;
    b.input("x", kF32, {4}).node("Celu", {"x"}, {"y"}).output("y", kF32, {4});
    if (alpha != 1) b.number("alpha", alpha);
    const auto y = floats_of(run_network(b.load(), {float_tensor({4}, x)})[0]);
    for (std::size_t i = 0; i < x.size(); ++i)
      CHECK(y[i] == Approx(std::max(0.0, double{x[i]}) + std::min(0.0, alpha * std::expm1(double{x[i]} / alpha)))
                        .epsilon(1e-6)
                        .margin(1e-7));
  }
}

TEST_CASE("a loss is made of operators of two functions, one in the other, whose names are those of the output") {
  ModelBuilder b;
  b.input("x", kF32, {3, 4}).int64s("labels", {3}, {2, 0, 3}).floats("w", {4}, {1, 0.5f, 2, 4});
  b.node("SoftmaxCrossEntropyLoss", {"x", "labels", "w"}, {"y", "log_prob"}).text("reduction", "mean");
  b.output("y", kF32, {}).output("log_prob", kF32, {3, 4});
  const std::vector<float> x = {1, -2, 0.5f, 3, 0, 0, 0, 0, -1, 5, 2, 4};
  const OnnxGraph graph = b.load();
  const auto outputs = run_network(graph, {float_tensor({3, 4}, x)});
  const int labels[] = {2, 0, 3};
  const double w[] = {1, 0.5, 2, 4};
  double loss = 0, weights = 0;
  for (std::size_t r = 0; r < 3; ++r) {
    double sum = 0;
    for (std::size_t c = 0; c < 4; ++c) sum += std::exp(double{x[4 * r + c]});
    for (std::size_t c = 0; c < 4; ++c)
      CHECK(floats_of(outputs[1])[4 * r + c] == Approx(x[4 * r + c] - std::log(sum)).epsilon(1e-5));
    const auto label = static_cast<std::size_t>(labels[r]);
    loss -= w[label] * (x[4 * r + label] - std::log(sum));
    weights += w[label];
  }
  CHECK(floats_of(outputs[0])[0] == Approx(loss / weights).epsilon(1e-5));
  std::set<std::string> names;
  for (const OnnxNode& node : graph.nodes) CHECK(names.insert(node.name).second);
  CHECK(names.count("y") == 1);
}

TEST_CASE("two nodes of one function do not share names") {
  ModelBuilder b;
  b.input("x", kF32, {2}).node("Celu", {"x"}, {"a"}).node("Celu", {"a"}, {"y"}).output("y", kF32, {2});
  CHECK(floats_of(run_network(b.load(), {float_tensor({2}, {1, -1})})[0])[0] == 1);
}

TEST_CASE("CastLike takes the type of its second input") {
  ModelBuilder b(15);
  b.input("x", kF32, {2}).int32s("like", {1}, {0}).node("CastLike", {"x", "like"}, {"y"}).output("y", kI32, {2});
  CHECK(integers_of(run_network(b.load(), {float_tensor({2}, {1.5f, -2.5f})})[0]) == std::vector<int>{1, -2});
}

TEST_CASE("what does not fit the function's schema, and what it needs but Systole lacks, is named with the node") {
  ModelBuilder wrong;
  wrong.input("x", kI32, {2}).node("Celu", {"x"}, {"y"}).output("y", kI32, {2});
  CHECK_THROWS_WITH(wrong.load(), Contains("node 'y' (Celu): input 'x' is int32"));
  ModelBuilder odd;
  odd.input("x", kF32, {2}).node("Celu", {"x"}, {"y"}).integer("beta", 1).output("y", kF32, {2});
  CHECK_THROWS_WITH(odd.load(), Contains("node 'y' (Celu): ") && Contains("beta"));
  ModelBuilder random(15);
  random.input("x", kF32, {2}).node("Bernoulli", {"x"}, {"y"}).output("y", kF32, {2});
  CHECK_THROWS_WITH(random.load(), Contains("node 'y' (Bernoulli): operator 'RandomUniformLike' is not supported"));
  // No function, and not of the domain that has functions.
  ModelBuilder unknown;
  unknown.input("x", kF32, {2}).node("Celu", {"x"}, {"y"}, "com.microsoft").output("y", kF32, {2});
  CHECK_THROWS_WITH(unknown.load(), Contains("operator 'com.microsoft.Celu' is not supported"));
}
