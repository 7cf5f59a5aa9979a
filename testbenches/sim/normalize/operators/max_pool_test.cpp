// SPDX-License-Identifier: Apache-2.0
//
// MaxPool in one quantization, in two, and of int8 tensors.
#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/normalize/qdq_networks.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("a max-pool between equal quantizations becomes a MaxPool") {
  ModelBuilder builder = start(kI8, {2, 3, 7, 6}, {0.05f, 3});
  builder.node("MaxPool", {"dx"}, {"pool"})
      .ints("kernel_shape", {3, 2})
      .ints("strides", {2, 2})
      .ints("pads", {1, 0, 1, 1});
  finish(builder, "pool", kI8, {2, 3, 4, 3}, {0.05f, 3});
  const Network network = read_and_compare(builder, Agreement::kExact);
  REQUIRE(network.nodes.size() == 1);
  CHECK(only<MaxPool>(network).pad == std::array<std::int64_t, 4>{1, 0, 1, 1});
}

TEST_CASE("a max-pool followed by Relu in one quantization is a MaxPool with a clamp") {
  ModelBuilder builder = start(kI8, {1, 2, 4, 4}, {0.05f, 3});
  builder.node("MaxPool", {"dx"}, {"pool"}).ints("kernel_shape", {2, 2}).node("Relu", {"pool"}, {"relu"});
  finish(builder, "relu", kI8, {1, 2, 3, 3}, {0.05f, 3});
  const Network network = read_and_compare(builder, Agreement::kExact);
  REQUIRE(network.nodes.size() == 1);
  CHECK(only<MaxPool>(network).clamp.low == 3);
}

TEST_CASE("a max-pool between different quantizations becomes a MaxPool and a Lookup") {
  ModelBuilder builder = start(kI8, {1, 2, 6, 6}, {0.05f, 3});
  builder.node("MaxPool", {"dx"}, {"pool"})
      .ints("kernel_shape", {2, 2})
      .ints("dilations", {2, 3})
      .node("Flatten", {"pool"}, {"flat"});
  finish(builder, "flat", kU8, {1, 24}, {0.06f, 100});
  const Network network = read_and_compare(builder, Agreement::kExact);
  REQUIRE(network.nodes.size() == 3);
  CHECK(std::holds_alternative<MaxPool>(network.nodes[0].operation));
  CHECK(std::holds_alternative<Lookup>(network.nodes[1].operation));
  CHECK(std::holds_alternative<Reshape>(network.nodes[2].operation));
}

TEST_CASE("max-pools and reshapes of int8 tensors need no dequantization") {
  ModelBuilder builder;
  builder.input("x", kI8, {1, 1, 2, 4})
      .node("MaxPool", {"x"}, {"p"})
      .ints("kernel_shape", {2, 2})
      .ints("strides", {2, 2});
  builder.node("Flatten", {"p"}, {"y"}).output("y", kI8, {1, 2});
  const Network network = builder.read();
  only<MaxPool>(network);
  only<Reshape>(network);
  CHECK(integers_of(run_network(network, {byte_tensor(kI8, {1, 1, 2, 4}, {-5, -6, 7, 0, -4, -128, 1, 2})})[0]) ==
        std::vector<int>{-4, 7});
}
