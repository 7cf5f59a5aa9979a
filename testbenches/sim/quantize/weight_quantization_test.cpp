// SPDX-License-Identifier: Apache-2.0
#include "quantize/weight_quantization.hpp"

#include <cmath>
#include <cstring>

#include "catch.hpp"

using namespace systole;
using namespace systole::quantize;

namespace {

Tensor weight(const Shape& shape, const std::vector<float>& values) {
  Tensor t{"w", ElementType::kFloat32, shape, {}, true};
  t.data.resize(values.size() * sizeof(float));
  std::memcpy(t.data.data(), values.data(), t.data.size());
  return t;
}

}  // namespace

TEST_CASE("the largest weight of each channel becomes 127, along either axis") {
  const Tensor w = weight({2, 2}, {1.27f, -0.5f, 0.254f, 2.54f});
  const QuantizedWeight rows = quantize_weight(w, 0, false, 1, {}), columns = quantize_weight(w, 1, false, 1, {});
  CHECK(rows.scale == std::vector<float>{1.27f / 127, 2.54f / 127});
  CHECK(rows.values == std::vector<std::int8_t>{127, -50, 13, 127});
  CHECK(columns.scale == std::vector<float>{1.27f / 127, 2.54f / 127});
  CHECK(columns.values == std::vector<std::int8_t>{127, -25, 25, 127});
}

TEST_CASE("one scale for all is that of the largest weight, of nothing but zeros it is 1") {
  CHECK(quantize_weight(weight({2, 1}, {1, -2.54f}), 0, true, 1, {}).scale == std::vector<float>{2.54f / 127});
  const QuantizedWeight zeros = quantize_weight(weight({2, 1}, {0, 0}), 0, false, 1, {});
  CHECK(zeros.scale == std::vector<float>{1, 1});
  CHECK(zeros.values == std::vector<std::int8_t>{0, 0});
}

TEST_CASE("a large bias makes the scale of its channel larger, until it fits half of int32") {
  const Tensor w = weight({2, 1}, {1e-9f, 1});
  const std::vector<float> bias = {100, 1};
  const QuantizedWeight q = quantize_weight(w, 0, false, 0.5f, bias);
  CHECK(q.scale[1] == 1.0f / 127);
  const QuantizedBias b = quantize_bias(bias, 0.5f, q.scale);
  CHECK(std::abs(b.values[0]) <= (1 << 30));
  CHECK(std::fabs(static_cast<double>(b.values[0]) * b.units[0] - 100) < 1e-3);
}

TEST_CASE("a bias is counted in units of input times weights, half to even") {
  const QuantizedBias each = quantize_bias({1, -3}, 0.5f, {1, 2}), one = quantize_bias({0.25f, 0.75f}, 0.5f, {1});
  CHECK(each.units == std::vector<float>{0.5f, 1});
  CHECK(each.values == std::vector<std::int32_t>{2, -3});
  CHECK(one.units == std::vector<float>{0.5f});
  CHECK(one.values == std::vector<std::int32_t>{0, 2});
}
