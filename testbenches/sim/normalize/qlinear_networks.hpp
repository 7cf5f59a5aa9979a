// SPDX-License-Identifier: Apache-2.0
//
// Networks with operators that are quantized by themselves, for tests. Results are compared with sums written out in
// the test.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"

namespace systole::test {

constexpr const char* kMicrosoft = "com.microsoft";

// Scale and zero point initializers NAME_s and NAME_z.
inline ModelBuilder& parameters(ModelBuilder& builder, const std::string& name, ElementType type,
                                const std::vector<float>& scale, const std::vector<int>& zero_point) {
  const auto list = [](std::size_t count) { return count == 1 ? Shape{} : Shape{static_cast<std::int64_t>(count)}; };
  builder.floats(name + "_s", list(scale.size()), scale);
  return builder.bytes(name + "_z", type, list(zero_point.size()), zero_point);
}

inline int requantized(long sum, float xs, float ws, float ys, int zero_point, int low, int high) {
  const float product = xs * ws;
  const float scale = product / ys;
  const float scaled = static_cast<float>(sum) * scale;
  return static_cast<int>(std::fmin(std::fmax(std::nearbyint(scaled) + zero_point, low), high));
}

}  // namespace systole::test
