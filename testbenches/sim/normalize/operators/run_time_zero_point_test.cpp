// SPDX-License-Identifier: Apache-2.0
//
// Dynamic quantization: is the product on the chip, and is its correction on the host exact?
#include "normalize/operators/run_time_zero_point.hpp"

#include <random>

#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"

using namespace systole;
using namespace systole::test;

namespace {

// As quantize_dynamic writes it: the input is quantized by its own range, the product scaled by both scales.
ModelBuilder dynamic(const Shape& input, const Shape& weight, const Shape& output, const char* product,
                     ElementType type, const std::vector<int>& zeros) {
  std::mt19937 random(3);
  ModelBuilder model(13);
  model.input("x", kF32, input).output("y", kF32, output);
  model.bytes("w", type, weight, uniform_list(random, static_cast<std::size_t>(element_count(weight)), 0, 100));
  model.bytes("wz", type, zeros.size() == 1 ? Shape{} : Shape{static_cast<std::int64_t>(zeros.size())}, zeros);
  model.floats("ws", {}, {0.02f});
  model.node("DynamicQuantizeLinear", {"x"}, {"q", "s", "z"}).node(product, {"q", "w", "z", "wz"}, {"p"});
  return model;
}

ModelBuilder& scaled(ModelBuilder& model) {
  return model.node("Cast", {"p"}, {"f"})
      .integer("to", 1)
      .node("Mul", {"s", "ws"}, {"ss"})
      .node("Mul", {"f", "ss"}, {"y"});
}

// The network for the compiler against the file's own nodes, on an input that is mostly negative: its zero point is high.
void check(const ModelBuilder& model, const Shape& shape) {
  std::mt19937 random(5);
  std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
  for (float& value : values) value = static_cast<float>(uniform(random, -900, 300)) / 100;
  const std::vector<HostTensor> inputs = {float_tensor(shape, values)};
  CHECK(run_network(model.read(), inputs).at(0).data == run_network(model.load(), inputs).at(0).data);
}

}  // namespace

TEST_CASE("the product of a dynamically quantized tensor is a Gemm with zero point 0, and exact behind it") {
  for (const auto& [type, zeros] :
       {std::pair<ElementType, std::vector<int>>{kI8, {0}}, {kU8, {9}}, {kI8, {1, 2, 3, 4, 5}}}) {
    ModelBuilder model = dynamic({2, 3, 7}, {7, 5}, {2, 3, 5}, "MatMulInteger", type, zeros);
    scaled(model);
    const Network network = model.read();
    const auto& gemm = only<Gemm>(network);
    CHECK(gemm.input_zero_point == 0);
    CHECK(gemm.scale.empty());
    check(model, {2, 3, 7});
  }
}

TEST_CASE("of a convolution the correction knows which taps lie in the image") {
  for (const auto& pads : {std::vector<std::int64_t>{0, 0, 0, 0}, {1, 1, 1, 1}, {0, 2, 1, 0}}) {
    const std::int64_t rows = (6 + pads[0] + pads[2] - 3) / 2 + 1, columns = (5 + pads[1] + pads[3] - 2) / 1 + 1;
    ModelBuilder model = dynamic({2, 4, 6, 5}, {6, 2, 3, 2}, {2, 6, rows, columns}, "ConvInteger", kU8, {7});
    model.integer("group", 2).ints("strides", {2, 1}).ints("pads", pads);
    scaled(model);
    CHECK(only<Conv>(model.read()).input_zero_point == 0);
    check(model, {2, 4, 6, 5});
  }
  ModelBuilder line = dynamic({1, 3, 9}, {4, 3, 3}, {1, 4, 9}, "ConvInteger", kI8, {0});
  line.ints("pads", {1, 1});
  scaled(line);
  CHECK(only<Conv>(line.read()).input_zero_point == 0);
  check(line, {1, 3, 9});
}
