// SPDX-License-Identifier: Apache-2.0
//
// Normalizations, on numbers whose mean and deviation are plain.
#include "catch.hpp"
#include "sim/host/host_run.hpp"
#include "sim/network/element_types.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

// Without the small number below the root: roots of squares are exact.
Attributes exact() {
  Attributes attributes;
  attributes.floats["epsilon"] = {0};
  return attributes;
}

}  // namespace

TEST_CASE("a layer normalization has mean 0 and deviation 1 before scale and bias") {
  const HostTensor x = float_tensor({2, 2}, {1, 3, -10, -14}), scale = float_tensor({2}, {2, 3}),
                   bias = float_tensor({2}, {0.5f, 0});
  const std::vector<HostTensor> outputs = {make_host_tensor(kF32, {2, 2}), make_host_tensor(kF32, {2, 1}),
                                           make_host_tensor(kF32, {2, 1})};
  const auto y = run_operator("LayerNormalization", {x, scale, bias}, outputs, exact());
  CHECK(floats_of(y[0]) == std::vector<float>{-1.5f, 3, 2.5f, -3});
  CHECK(floats_of(y[1]) == std::vector<float>{2, -12});
  CHECK(floats_of(y[2]) == std::vector<float>{1, 0.5f});
  CHECK_THROWS_WITH(run_operator("LayerNormalization", {x, float_tensor({1}, {1})}, kF32, {2, 2}),
                    Contains("scale and bias"));
}

TEST_CASE("an instance normalization goes over each channel of each image") {
  const HostTensor x = float_tensor({1, 2, 2}, {1, 3, 10, 30}), scale = float_tensor({2}, {1, 2}),
                   bias = float_tensor({2}, {0, 5});
  CHECK(floats_of(run_operator("InstanceNormalization", {x, scale, bias}, kF32, {1, 2, 2}, exact())) ==
        std::vector<float>{-1, 1, 3, 7});
}

TEST_CASE("a local response is divided by the squares of its neighbor channels, fewer at the border") {
  const HostTensor x = float_tensor({1, 3, 1, 1}, {1, 2, 3});
  Attributes attributes = integers({{"size", {3}}});
  attributes.floats = {{"alpha", {3}}, {"beta", {1}}, {"bias", {1}}};
  const auto y = floats_of(run_operator("LRN", {x}, kF32, {1, 3, 1, 1}, attributes));
  CHECK(y[0] == Approx(1.0 / (1 + 1 + 4)));
  CHECK(y[1] == Approx(2.0 / (1 + 1 + 4 + 9)));
  CHECK(y[2] == Approx(3.0 / (1 + 4 + 9)));
  CHECK_THROWS_WITH(run_operator("LRN", {x}, kF32, {1, 3, 1, 1}), Contains("size"));
}
