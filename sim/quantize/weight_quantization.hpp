// SPDX-License-Identifier: Apache-2.0
//
// Weights and biases of float operators in integers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "network/network.hpp"

namespace systole::quantize {

// int8, symmetric: scale = max |w| / 127 of each element of dimension `axis`, or one for all.
struct QuantizedWeight {
  std::vector<std::int8_t> values;
  std::vector<float> scale;
};
// `x_scale`: of the other operand. `bias`: of the float operator, may be empty; a bias that would not fit int32 in
// units of x_scale * scale makes the scale larger.
QuantizedWeight quantize_weight(const Tensor& weight, std::size_t axis, bool per_tensor, float x_scale,
                                const std::vector<float>& bias);

// int32, in units of x_scale * weight scale: a unit for each value, or one for all.
struct QuantizedBias {
  std::vector<std::int32_t> values;
  std::vector<float> units;
};
QuantizedBias quantize_bias(const std::vector<float>& bias, float x_scale, const std::vector<float>& weight_scale);

}  // namespace systole::quantize
