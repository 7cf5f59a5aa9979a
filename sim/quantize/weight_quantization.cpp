// SPDX-License-Identifier: Apache-2.0
#include "quantize/weight_quantization.hpp"

#include <algorithm>
#include <cmath>

namespace systole::quantize {
namespace {

// The largest absolute value of each channel. `inner`: elements of one channel that follow each other.
std::vector<float> largest_values(const float* w, std::size_t count, std::size_t channels, std::size_t inner) {
  std::vector<float> largest(channels, 0);
  for (std::size_t i = 0; i < count; ++i) {
    float& m = largest[i / inner % channels];
    m = std::max(m, std::fabs(w[i]));
  }
  return largest;
}

}  // namespace

QuantizedWeight quantize_weight(const Tensor& weight, std::size_t axis, bool per_tensor, float x_scale,
                                const std::vector<float>& bias) {
  const auto* w = reinterpret_cast<const float*>(weight.data.data());
  const std::size_t count = weight.data.size() / sizeof(float);
  const auto channels = static_cast<std::size_t>(weight.shape.at(axis));
  std::size_t inner = 1;
  for (std::size_t d = axis + 1; d < weight.shape.size(); ++d) inner *= static_cast<std::size_t>(weight.shape[d]);
  std::vector<float> largest = largest_values(w, count, channels, inner);
  if (per_tensor) largest.assign(1, *std::max_element(largest.begin(), largest.end()));
  QuantizedWeight result;
  for (float m : largest) result.scale.push_back(std::isnormal(m / 127.0f) ? m / 127.0f : 1.0f);
  std::vector<float>& scale = result.scale;
  // Half of int32's range, so that the sum of products still fits beside the bias.
  constexpr float kMostBias = 1 << 30;
  for (std::size_t c = 0; c < bias.size(); ++c) {
    float& s = scale[scale.size() == 1 ? 0 : c % scale.size()];
    s = std::max(s, std::fabs(bias[c]) / kMostBias / x_scale);
  }
  result.values.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const float s = scale.size() == 1 ? scale[0] : scale[i / inner % channels];
    result.values[i] = static_cast<std::int8_t>(std::clamp(std::nearbyint(w[i] / s), -127.0f, 127.0f));
  }
  return result;
}

QuantizedBias quantize_bias(const std::vector<float>& bias, float x_scale, const std::vector<float>& weight_scale) {
  const bool one = weight_scale.size() == 1 || bias.size() == 1;
  QuantizedBias result;
  for (std::size_t c = 0; c < (one ? 1 : bias.size()); ++c) result.units.push_back(x_scale * weight_scale[c]);
  for (std::size_t c = 0; c < bias.size(); ++c) {
    const double value = std::nearbyint(static_cast<double>(bias[c]) / result.units[one ? 0 : c]);
    result.values.push_back(static_cast<std::int32_t>(value));
  }
  return result;
}

}  // namespace systole::quantize
