// SPDX-License-Identifier: Apache-2.0
//
// Is every tensor of a network there by its arithmetic, a constant output among them?
#include "host/network_values.hpp"

#include "catch.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

// y = Relu(x), z = y + c, and c itself as an output.
Network network() {
  ModelBuilder builder;
  builder.input("x", ElementType::kFloat32, {3})
      .floats("c", {3}, {10, 20, 30})
      .node("Relu", {"x"}, {"y"})
      .node("Add", {"y", "c"}, {"z"})
      .node("Identity", {"c"}, {"k"})
      .output("z", ElementType::kFloat32, {3})
      .output("k", ElementType::kFloat32, {3});
  return builder.read();
}

}  // namespace

TEST_CASE("every tensor that is no constant has its value, inputs and intermediate ones too") {
  const Network net = network();
  const auto values = host::network_values(net, {float_tensor({3}, {-1, 2, -3})});
  std::size_t found = 0;
  for (const auto& [id, value] : values) {
    CHECK(!net.tensors[id].is_constant);
    const std::string& name = net.tensors[id].name;
    if (name == "x") CHECK(floats_of(value) == std::vector<float>{-1, 2, -3});
    if (name == "y") CHECK(floats_of(value) == std::vector<float>{0, 2, 0});
    if (name == "z") CHECK(floats_of(value) == std::vector<float>{10, 22, 30});
    found += name == "x" || name == "y" || name == "z";
  }
  CHECK(found == 3);
}

TEST_CASE("outputs come in the order of the network, also one that is a constant") {
  const auto outputs = host::network_outputs(network(), {float_tensor({3}, {-1, 2, -3})});
  REQUIRE(outputs.size() == 2);
  CHECK(floats_of(outputs[0]) == std::vector<float>{10, 22, 30});
  CHECK(floats_of(outputs[1]) == std::vector<float>{10, 20, 30});
}

TEST_CASE("a network without all its inputs is not computed") {
  CHECK_THROWS_AS(host::network_values(network(), {}), InternalError);
}
