// SPDX-License-Identifier: Apache-2.0
//
// Average pools in each spelling.
#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/normalize/qdq_networks.hpp"
#include "sim/normalize/qlinear_networks.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("average pools without padding become AveragePool") {
  ModelBuilder builder = start(kU8, {2, 3, 6, 4}, {0.05f, 9});
  SECTION("with a window") {
    builder.node("AveragePool", {"dx"}, {"pool"}).ints("kernel_shape", {2, 3}).ints("strides", {2, 1});
    finish(builder, "pool", kU8, {2, 3, 3, 2}, {0.0437f, 5});
    const AveragePool pool = only<AveragePool>(read_and_compare(builder, Agreement::kOneStep));
    CHECK(pool.kernel == std::array<std::int64_t, 2>{2, 3});
    CHECK(pool.stride == std::array<std::int64_t, 2>{2, 1});
    CHECK(pool.scale == 0.05f / (0.0437f * 6.0f));
  }
  SECTION("global") {
    builder.node("GlobalAveragePool", {"dx"}, {"pool"});
    finish(builder, "pool", kU8, {2, 3, 1, 1}, {0.0437f, 5});
    const AveragePool pool = only<AveragePool>(read_and_compare(builder, Agreement::kOneStep));
    CHECK(pool.kernel == std::array<std::int64_t, 2>{6, 4});
    CHECK(pool.scale == 0.05f / (0.0437f * 24.0f));
    CHECK(pool.qx.zero_point == 9);
    CHECK(pool.qy.zero_point == 5);
  }
  SECTION("global, then flattened before the quantization") {
    builder.node("GlobalAveragePool", {"dx"}, {"pool"}).node("Flatten", {"pool"}, {"flat"});
    finish(builder, "flat", kU8, {2, 3}, {0.0437f, 5});
    const Network network = read_and_compare(builder, Agreement::kOneStep);
    REQUIRE(network.nodes.size() == 2);
    CHECK(network.nodes[1].operator_name == "Flatten");
  }
  SECTION("as a mean over the image") {
    builder.node("ReduceMean", {"dx"}, {"pool"}).ints("axes", {2, -1});
    finish(builder, "pool", kU8, {2, 3, 1, 1}, {0.0437f, 5});
    CHECK(only<AveragePool>(read_and_compare(builder, Agreement::kOneStep)).kernel ==
          std::array<std::int64_t, 2>{6, 4});
  }
}

TEST_CASE("an average pool with padding runs on the host in float32") {
  ModelBuilder builder = start(kU8, {1, 2, 5, 5}, {0.05f, 9});
  builder.node("AveragePool", {"dx"}, {"pool"}).ints("kernel_shape", {3, 3}).ints("pads", {1, 1, 1, 1});
  finish(builder, "pool", kU8, {1, 2, 5, 5}, {0.0437f, 5});
  const Network network = read_and_compare(builder, Agreement::kExact);
  REQUIRE(network.nodes.size() == 3);
  CHECK(network.nodes[0].operator_name == "DequantizeLinear");
  CHECK(network.nodes[1].operator_name == "AveragePool");
  CHECK(network.nodes[2].operator_name == "QuantizeLinear");
}

TEST_CASE("quantized average pools of com.microsoft become AveragePool") {
  ModelBuilder builder;
  builder.input("x", kU8, {1, 2, 2, 2});
  parameters(builder, "x", kU8, {0.5f}, {10});
  parameters(builder, "y", kU8, {0.25f}, {3});
  const bool global = GENERATE(true, false);
  if (global) {
    builder.node("QLinearGlobalAveragePool", {"x", "x_s", "x_z", "y_s", "y_z"}, {"y"}, kMicrosoft)
        .integer("channels_last", 0);
  } else {
    builder.node("QLinearAveragePool", {"x", "x_s", "x_z", "y_s", "y_z"}, {"y"}, kMicrosoft)
        .ints("kernel_shape", {2, 2});
  }
  builder.output("y", kU8, {1, 2, 1, 1});
  const Network network = builder.read();
  CHECK(only<AveragePool>(network).scale == 0.5f);
  // (1 + 2 + 3 + 255 - 40) / 2 = 110.5, to even 110, plus 3; the second saturates.
  CHECK(integers_of(run_network(network, {byte_tensor(kU8, {1, 2, 2, 2}, {1, 2, 3, 255, 255, 255, 255, 255})})[0]) ==
        std::vector<int>{113, 255});
}

TEST_CASE("a quantized average pool with padding runs on the host and counts what is inside") {
  ModelBuilder builder;
  builder.input("x", kU8, {1, 1, 2, 2});
  parameters(builder, "x", kU8, {1}, {0});
  parameters(builder, "y", kU8, {1}, {0});
  builder.node("QLinearAveragePool", {"x", "x_s", "x_z", "y_s", "y_z"}, {"y"}, kMicrosoft)
      .ints("kernel_shape", {2, 2})
      .ints("pads", {1, 1, 0, 0});
  const bool counts_pad = GENERATE(true, false);
  if (counts_pad) builder.integer("count_include_pad", 1);
  builder.output("y", kU8, {1, 1, 2, 2});
  const Network network = builder.read();
  only<HostOperator>(network);
  CHECK(integers_of(run_network(network, {byte_tensor(kU8, {1, 1, 2, 2}, {4, 8, 12, 16})})[0]) ==
        (counts_pad ? std::vector<int>{1, 3, 4, 10} : std::vector<int>{4, 6, 8, 10}));
}
