// SPDX-License-Identifier: Apache-2.0
//
// Float operators that a library computes, where its definition could differ from ONNX.
#include <cmath>
#include <cstring>
#include <dnnl.hpp>

#include "catch.hpp"
#include "sim/host/host_run.hpp"
#include "sim/network/element_types.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("global pools") {
  const std::vector<float> x = {1, 2, 3, 6, -1, -2, -3, -7};
  CHECK(run_float("GlobalAveragePool", {1, 2, 2, 2}, x, {1, 2, 1, 1}) == std::vector<float>{3, -3.25f});
  CHECK(run_float("GlobalMaxPool", {1, 2, 2, 2}, x, {1, 2, 1, 1}) == std::vector<float>{6, -1});
}

TEST_CASE("a sum has the same bits on every machine: no instruction set beyond AVX2") {
  std::mt19937 random(7);
  const auto noise = [&](std::size_t count) {
    std::vector<float> values(count);
    for (float& v : values) v = static_cast<float>(uniform(random, -1000, 1000)) / 999.0f;
    return values;
  };
  constexpr std::int64_t kRows = 7, kInner = 1021, kColumns = 37;
  ModelBuilder builder;
  builder.input("x", kF32, {kRows, kInner})
      .floats("w", {kInner, kColumns}, noise(kInner * kColumns))
      .node("MatMul", {"x", "w"}, {"y"})
      .output("y", kF32, {kRows, kColumns});
  const auto y = floats_of(run_network(builder.read(), {float_tensor({kRows, kInner}, noise(kRows * kInner))})[0]);
  const dnnl::cpu_isa used = dnnl::get_effective_cpu_isa();
  CHECK((used == dnnl::cpu_isa::sse41 || used == dnnl::cpu_isa::avx || used == dnnl::cpu_isa::avx2));
  if (used != dnnl::cpu_isa::avx2) return;
  std::uint32_t sum = 0;  // of all bits
  for (const float v : y) {
    std::uint32_t bits;
    std::memcpy(&bits, &v, 4);
    sum = sum * 31 + bits;
  }
  CHECK(sum == 0x736089b9u);
}

TEST_CASE("a float convolution with groups, dilation and uneven padding equals its definition") {
  std::mt19937 random(2);
  const Shape xs = {2, 4, 7, 6}, ws = {6, 2, 3, 2};
  std::vector<float> x(static_cast<std::size_t>(element_count(xs))), w(static_cast<std::size_t>(element_count(ws)));
  for (float& v : x) v = static_cast<float>(uniform(random, -8, 8));
  for (float& v : w) v = static_cast<float>(uniform(random, -8, 8));
  ModelBuilder builder;
  builder.input("x", kF32, xs)
      .floats("w", ws, w)
      .floats("b", {6}, {1, 2, 3, 4, 5, 6})
      .node("Conv", {"x", "w", "b"}, {"y"});
  builder.integer("group", 2)
      .ints("strides", {2, 1})
      .ints("dilations", {1, 3})
      .ints("pads", {1, 2, 2, 0})
      .output("y", kF32, {2, 6, 4, 5});
  const auto y = floats_of(run_network(builder.read(), {float_tensor(xs, x)})[0]);
  std::size_t index = 0;
  for (int n = 0; n < 2; ++n)
    for (int m = 0; m < 6; ++m)
      for (int oy = 0; oy < 4; ++oy)
        for (int ox = 0; ox < 5; ++ox) {
          float sum = static_cast<float>(m + 1);
          for (int c = 0; c < 2; ++c)
            for (int ky = 0; ky < 3; ++ky)
              for (int kx = 0; kx < 2; ++kx) {
                const int iy = oy * 2 - 1 + ky, ix = ox - 2 + kx * 3;
                if (iy < 0 || iy >= 7 || ix < 0 || ix >= 6) continue;
                sum += x[static_cast<std::size_t>(((n * 4 + m / 3 * 2 + c) * 7 + iy) * 6 + ix)] *
                       w[static_cast<std::size_t>(((m * 2 + c) * 3 + ky) * 2 + kx)];
              }
          CHECK(y[index++] == sum);  // small integers: exact in any order
        }
}

TEST_CASE("a one-dimensional float pool") {
  const std::vector<float> x = {1, 5, 2, 8, 3};
  const auto window = [](ModelBuilder& b) { b.ints("kernel_shape", {2}).ints("strides", {2}).ints("pads", {1, 0}); };
  CHECK(run_float("MaxPool", {1, 1, 5}, x, {1, 1, 3}, window) == std::vector<float>{1, 5, 8});
  CHECK(run_float("AveragePool", {1, 1, 5}, x, {1, 1, 3}, window) == std::vector<float>{1, 3.5f, 5.5f});
}

TEST_CASE("softmax over an axis, and over the rest of the dimensions before operator set 13") {
  for (int opset : {12, 13}) {
    ModelBuilder builder(opset);
    builder.input("x", kF32, {1, 2, 2}).node("Softmax", {"x"}, {"y"}).integer("axis", 1).output("y", kF32, {1, 2, 2});
    const auto y = floats_of(run_network(builder.read(), {float_tensor({1, 2, 2}, {0, 0, 0, std::log(2.0f)})})[0]);
    CHECK(y[0] == Approx(opset == 12 ? 0.2 : 0.5));
    CHECK(y[3] == Approx(opset == 12 ? 0.4 : 2.0 / 3));
  }
}

TEST_CASE("a matrix product takes vectors and stacks of matrices") {
  const HostTensor vector = float_tensor({2}, {1, 2}), matrix = float_tensor({2, 2}, {1, 2, 3, 4}),
                   stack = float_tensor({2, 1, 2}, {1, 0, 0, 1});
  CHECK(floats_of(run_operator("MatMul", {vector, matrix}, kF32, {2})) == std::vector<float>{7, 10});
  CHECK(floats_of(run_operator("MatMul", {matrix, vector}, kF32, {2})) == std::vector<float>{5, 11});
  CHECK(floats_of(run_operator("MatMul", {stack, matrix}, kF32, {2, 1, 2})) == std::vector<float>{1, 2, 3, 4});
}

TEST_CASE("Gemm scales the product and the bias, transposed or not") {
  const HostTensor a = float_tensor({2, 2}, {1, 2, 3, 4}), b = float_tensor({2, 2}, {1, 1, 0, 1}),
                   c = float_tensor({2}, {10, 20});
  Attributes scaled = integers({{"transA", {1}}, {"transB", {1}}});
  scaled.floats = {{"alpha", {2}}, {"beta", {0.5f}}};
  CHECK(floats_of(run_operator("Gemm", {a, b, c}, kF32, {2, 2})) == std::vector<float>{11, 23, 13, 27});
  CHECK(floats_of(run_operator("Gemm", {a, b, c}, kF32, {2, 2}, scaled)) == std::vector<float>{13, 16, 17, 18});
}
