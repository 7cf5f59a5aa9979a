// SPDX-License-Identifier: Apache-2.0
//
// QLinear activations.
#include <cmath>

#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/normalize/qlinear_networks.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("quantized activations of com.microsoft become Lookup") {
  ModelBuilder builder;
  builder.input("x", kI8, {256});
  parameters(builder, "x", kI8, {0.1f}, {3});
  parameters(builder, "y", kI8, {0.05f}, {-4});
  builder.node("QLinearLeakyRelu", {"x", "x_s", "x_z", "y_s", "y_z"}, {"y"}, kMicrosoft)
      .number("alpha", 0.3f)
      .output("y", kI8, {256});
  const Network network = builder.read();
  only<Lookup>(network);
  HostTensor x = make_host_tensor(kI8, {256});
  for (std::size_t i = 0; i < 256; ++i) x.data[i] = static_cast<std::uint8_t>(i);
  const auto y = integers_of(run_network(network, {x})[0]);
  for (std::size_t i = 0; i < 256; ++i) {
    const float real = static_cast<float>(static_cast<int>(static_cast<std::int8_t>(i)) - 3) * 0.1f;
    const float activated = real < 0 ? 0.3f * real : real;
    CHECK(y[i] == static_cast<int>(std::fmin(std::fmax(std::nearbyint(activated / 0.05f) - 4, -128.0f), 127.0f)));
  }
}
