// SPDX-License-Identifier: Apache-2.0
//
// Running nodes: what is handed in, and what messages say.
#include "host/operators.hpp"

#include "catch.hpp"
#include "sim/host/host_run.hpp"
#include "sim/network/element_types.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("errors of an operator during the run name the node") {
  ModelBuilder builder;
  builder.input("x", kF32, {2, 3})
      .input("i", ElementType::kInt64, {1})
      .node("Gather", {"x", "i"}, {"g"})
      .output("g", kF32, {1, 3});
  const Network network = builder.read();
  HostTensor index = make_host_tensor(ElementType::kInt64, {1});
  elements<std::int64_t>(index)[0] = 2;
  CHECK_THROWS_WITH(run_network(network, {float_tensor({2, 3}, std::vector<float>(6)), index}),
                    Contains("node 'g' (Gather): index 2"));
}

TEST_CASE("a constant input may be left empty: its values are the network's") {
  Network network;
  network.tensors = {{"x", kF32, {2}, {}, false}, {"c", kF32, {1}, {}, true}, {"y", kF32, {2}, {}, false}};
  network.tensors[1].data = float_tensor({1}, {10}).data;
  HostOperator add;
  add.inputs = {0, 1};
  add.outputs = {2};
  const Node node{"sum", "Add", 0, add};
  CHECK(floats_of(run_node(network, node, {float_tensor({2}, {1, 2}), {}})[0]) == std::vector<float>{11, 12});
}

TEST_CASE("an operator that the host does not have, and a host node among quantized ones, are refused") {
  CHECK_THROWS_WITH(run_operator("Einsum", {float_tensor({1}, {1})}, kF32, {1}),
                    Contains("'node' (Einsum)") && Contains("does not have"));
  Network network;
  network.tensors = {{"x", kF32, {1}, {}, false}, {"y", kF32, {1}, {}, false}};
  HostOperator relu;
  relu.inputs = {0};
  relu.outputs = {1};
  CHECK_THROWS_AS(run_quantized(network, {"r", "Relu", 0, relu}, {float_tensor({1}, {1})}), InternalError);
}
