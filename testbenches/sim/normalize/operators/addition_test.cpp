// SPDX-License-Identifier: Apache-2.0
//
// Add between DequantizeLinear and QuantizeLinear, and QLinearAdd.
#include <cmath>

#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/normalize/qdq_networks.hpp"
#include "sim/normalize/qlinear_networks.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("a QDQ addition becomes an Add, Relu its clamp") {
  ModelBuilder builder = start(kU8, {1, 3, 4, 4}, {0.05f, 120});
  builder.input("b", kU8, {1, 3, 4, 4})
      .dequantize("b", "db", {0.07f, 30}, kU8)
      .node("Add", {"dx", "db"}, {"sum"})
      .node("Relu", {"sum"}, {"relu"});
  finish(builder, "relu", kU8, {1, 3, 4, 4}, {0.0837f, 64});
  const Network network = read_and_compare(builder, Agreement::kOneStep);
  REQUIRE(network.nodes.size() == 1);
  const Add& add = only<Add>(network);
  CHECK(add.qa.scale == 0.05f);
  CHECK(add.qa.zero_point == 120);
  CHECK(add.qb.scale == 0.07f);
  CHECK(add.qb.zero_point == 30);
  CHECK(add.qy.zero_point == 64);
  CHECK(add.clamp.low == 64);
}

TEST_CASE("a tensor added to itself is an Add with one tensor twice") {
  ModelBuilder builder = start(kI8, {2, 5}, {0.05f, 0});
  builder.node("Add", {"dx", "dx"}, {"sum"});
  finish(builder, "sum", kI8, {2, 5}, {0.0837f, 1});
  const Add add = only<Add>(read_and_compare(builder, Agreement::kOneStep));
  CHECK(add.a == add.b);
}

TEST_CASE("an addition with a constant or a smaller operand stays on the host, in quantized arithmetic") {
  ModelBuilder builder = start(kI8, {2, 3, 4}, {0.05f, 0});
  const bool constant = GENERATE(true, false);
  if (constant) {
    builder.quantized_constant("db", kI8, {3, 1}, {5, -6, 7}, {0.1f}, {2});
  } else {
    builder.input("b", kI8, {4}).dequantize("b", "db", {0.1f, 2}, kI8);
  }
  builder.node("Add", {"db", "dx"}, {"sum"}).node("Relu", {"sum"}, {"relu"});
  finish(builder, "relu", kI8, {2, 3, 4}, {0.0837f, -9});
  const Network network = read_and_compare(builder, Agreement::kOneStep);
  REQUIRE(network.nodes.size() == 1);
  CHECK(network.nodes[0].operator_name == "QLinearAdd");
  CHECK(only<HostOperator>(network).ints.at("clamp") == std::vector<std::int64_t>{-9, 127});
}

TEST_CASE("QLinearAdd becomes an Add with the bits of its formula") {
  ModelBuilder builder;
  builder.input("a", kI8, {1, 64}).input("b", kI8, {1, 64});
  parameters(builder, "a", kI8, {0.05f}, {3});
  parameters(builder, "b", kI8, {0.07f}, {-11});
  parameters(builder, "y", kI8, {0.06f}, {5});
  builder.node("QLinearAdd", {"a", "a_s", "a_z", "b", "b_s", "b_z", "y_s", "y_z"}, {"y"}, kMicrosoft)
      .output("y", kI8, {1, 64});
  const Network network = builder.read();
  only<Add>(network);
  std::mt19937 random(5);
  const HostTensor a = random_bytes(random, kI8, {1, 64}), b = random_bytes(random, kI8, {1, 64});
  const auto y = integers_of(run_network(network, {a, b})[0]), av = integers_of(a), bv = integers_of(b);
  const float ra = 0.05f / 0.06f, rb = 0.07f / 0.06f;
  const float zero_b = rb * -11.0f;
  const float offset = 5.0f - std::fma(ra, 3.0f, zero_b);
  for (std::size_t i = 0; i < y.size(); ++i) {
    const float sum = std::fma(static_cast<float>(av[i]), ra, std::fma(static_cast<float>(bv[i]), rb, offset));
    CHECK(y[i] == static_cast<int>(std::fmin(std::fmax(std::nearbyint(sum), -128.0f), 127.0f)));
  }
}
