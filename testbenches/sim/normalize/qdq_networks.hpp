// SPDX-License-Identifier: Apache-2.0
//
// Networks in the QDQ spelling, for tests. Two checks: the operator that the reader makes has the expected parameters,
// and its results are those of the ONNX graph executed literally in float32, up to one step where float32 sums round.
// Scales in these tests are crooked where results are computed, so that exact ties, which float32 breaks either way,
// are rare.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"

namespace systole::test {

enum class Agreement { kExact, kOneStep };

// Reads the network, and runs it as read and literally on random input.
inline Network read_and_compare(const ModelBuilder& builder, Agreement agreement, unsigned seed = 1) {
  const OnnxGraph literal = builder.load();
  const Network network = builder.read();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 3; ++round) {
    std::vector<HostTensor> inputs;
    for (TensorId id : network.inputs)
      inputs.push_back(random_bytes(random, network.tensors[id].type, network.tensors[id].shape));
    const auto expected = run_network(literal, inputs), found = run_network(network, inputs);
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CHECK(found[i].shape == expected[i].shape);
      REQUIRE(found[i].type == expected[i].type);
      const auto a = integers_of(found[i]), b = integers_of(expected[i]);
      std::size_t different = 0;
      int furthest = 0;
      for (std::size_t k = 0; k < a.size(); ++k) {
        different += a[k] != b[k];
        furthest = std::max(furthest, std::abs(a[k] - b[k]));
      }
      CHECK(furthest <= (agreement == Agreement::kExact ? 0 : 1));
      CHECK(different * 50 <= a.size());
    }
  }
  return network;
}

inline std::vector<int> weights(std::size_t count, int low, int high) {
  std::mt19937 random(7);
  return uniform_list(random, count, low, high);
}

// x int8/uint8 -> DequantizeLinear -> `dx`
inline ModelBuilder start(ElementType type, const Shape& shape, Quantization q, int opset = 13) {
  ModelBuilder builder(opset);
  builder.input("x", type, shape).dequantize("x", "dx", q, type);
  return builder;
}

// `from` -> QuantizeLinear -> y, the network's output
inline void finish(ModelBuilder& builder, const std::string& from, ElementType type, const Shape& shape,
                   Quantization q) {
  builder.quantize(from, "y", q, type).output("y", type, shape);
}

}  // namespace systole::test
