// SPDX-License-Identifier: Apache-2.0
//
// Quantized products with operands of the run, on numbers that can be followed by hand.
#include "catch.hpp"
#include "sim/host/host_run.hpp"
#include "sim/network/element_types.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("an integer product subtracts the zero points, of each column too") {
  const HostTensor a = byte_tensor(kU8, {1, 2}, {5, 7}), b = byte_tensor(kI8, {2, 2}, {1, 2, 3, 4}),
                   a_zero = byte_tensor(kU8, {}, {4}), b_zero = byte_tensor(kI8, {2}, {1, -1});
  CHECK(integers_of(run_operator("MatMulInteger", {a, b}, ElementType::kInt32, {1, 2})) == std::vector<int>{26, 38});
  CHECK(integers_of(run_operator("MatMulInteger", {a, b, a_zero, b_zero}, ElementType::kInt32, {1, 2})) ==
        std::vector<int>{1 * 0 + 3 * 2, 1 * 3 + 3 * 5});
}

TEST_CASE("an integer convolution pads with the zero point") {
  const HostTensor x = byte_tensor(kU8, {1, 1, 1, 2}, {12, 13}), w = byte_tensor(kI8, {1, 1, 1, 2}, {1, 10}),
                   x_zero = byte_tensor(kU8, {}, {10});
  const Attributes window =
      integers({{"kernel_shape", {1, 2}}, {"strides", {1, 1}}, {"dilations", {1, 1}}, {"pads", {0, 1, 0, 0}}});
  CHECK(integers_of(run_operator("ConvInteger", {x, w, x_zero}, ElementType::kInt32, {1, 1, 1, 2}, window)) ==
        std::vector<int>{20, 32});
}

TEST_CASE("QGemm adds its bias before the scale, and is float without an output scale") {
  const HostTensor a = byte_tensor(kI8, {1, 2}, {1, 2}), b = byte_tensor(kI8, {1, 2}, {3, 4}),
                   half = float_tensor({}, {0.5f}), zero = byte_tensor(kI8, {}, {0}),
                   y_zero = byte_tensor(kI8, {}, {3});
  HostTensor bias = make_host_tensor(ElementType::kInt32, {1, 1});
  elements<std::int32_t>(bias)[0] = 5;
  const Attributes transposed = integers({{"transB", {1}}});
  CHECK(floats_of(run_operator("QGemm", {a, half, zero, b, half, zero, bias}, kF32, {1, 1}, transposed)) ==
        std::vector<float>{4});
  CHECK(integers_of(run_operator("QGemm", {a, half, zero, b, half, zero, bias, half, y_zero}, kI8, {1, 1},
                                 transposed)) == std::vector<int>{8 + 3});
}

TEST_CASE("a quantized average divides by what lies inside of the image, or by the whole window") {
  const HostTensor x = byte_tensor(kU8, {1, 1, 2}, {6, 8}), one = float_tensor({}, {1}),
                   zero = byte_tensor(kU8, {}, {0});
  Attributes window = integers({{"kernel_shape", {2}}, {"strides", {2}}, {"dilations", {1}}, {"pads", {1, 1}}});
  CHECK(integers_of(run_operator("QLinearAveragePool", {x, one, zero, one, zero}, kU8, {1, 1, 2}, window)) ==
        std::vector<int>{6, 8});
  window.ints["count_include_pad"] = {1};
  CHECK(integers_of(run_operator("QLinearAveragePool", {x, one, zero, one, zero}, kU8, {1, 1, 2}, window)) ==
        std::vector<int>{3, 4});
}
