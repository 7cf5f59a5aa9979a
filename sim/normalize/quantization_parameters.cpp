// SPDX-License-Identifier: Apache-2.0
#include "normalize/quantization_parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/quantized_arithmetic.hpp"
#include "network/message_text.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

// The value of a channel, where one may stand for all.
template <typename T>
T of_channel(const std::vector<T>& values, std::size_t channel) {
  return values.size() == 1 ? values[0] : values.at(channel);
}

// Half to even.
std::int32_t rounded_bias(double value, const std::string& what, const std::string& name, float unit,
                          std::size_t channel) {
  const double rounded = std::nearbyint(value);
  if (!(rounded >= std::numeric_limits<std::int32_t>::min() && rounded <= std::numeric_limits<std::int32_t>::max())) {
    throw UserError(
        fmt::format("{}: bias {} does not fit in int32 at the scale {} of "
                    "input times weights, at element {}",
                    what, in_quotes(name), unit, channel));
  }
  return static_cast<std::int32_t>(rounded);
}

}  // namespace

ProductScales product_scales(float x, const std::vector<float>& w, float y, const std::string& what) {
  ProductScales result;
  for (float scale : w) {
    result.units.push_back(x * scale);
    result.combined.push_back(product_scale(x, scale, y));
  }
  result.combined = checked_scales(std::move(result.combined), what);
  return result;
}

std::optional<std::vector<std::int32_t>> bias_values(RawGraph& graph, const OnnxNode& node, TensorId bias,
                                                     const std::vector<float>& units, std::size_t channels) {
  std::vector<std::int32_t> values;
  const auto add = [&](std::size_t i, double value) {
    values.push_back(rounded_bias(value, graph.what(node), graph.tensor(bias).name, of_channel(units, i), i));
  };
  if (graph.is_constant(bias)) {
    const std::vector<float> floats = graph.floats(bias);
    for (std::size_t i = 0; i < channels; ++i) add(i, of_channel(floats, i) / of_channel(units, i));
    return values;
  }
  const auto constant = graph.dequantized_constant(bias);
  if (!constant) return std::nullopt;
  const std::vector<std::int32_t> integers = graph.integers(constant->tensor);
  for (std::size_t i = 0; i < channels; ++i) {
    const std::int64_t value = static_cast<std::int64_t>(of_channel(integers, i)) - of_channel(constant->zero_point, i);
    const double ratio = static_cast<double>(of_channel(constant->scale, i)) / of_channel(units, i);
    // Files round the scale of a bias in their own way; as ONNX Runtime does, it is taken to be the product. A scale
    // that is something else altogether is honored.
    add(i, std::fabs(ratio - 1) < 1e-3 ? static_cast<double>(value) : static_cast<double>(value) * ratio);
  }
  return values;
}

std::vector<float> checked_scales(std::vector<float> scales, const std::string& what) {
  for (float scale : scales) {
    if (!std::isfinite(scale))
      throw UserError(what +
                      ": the scales of input, weights and output "
                      "combine to a number beyond float32");
  }
  if (std::all_of(scales.begin(), scales.end(), [&](float scale) { return scale == scales[0]; }))
    scales.resize(std::min<std::size_t>(scales.size(), 1));
  return scales;
}

std::vector<std::int32_t> collapse_equal(std::vector<std::int32_t> values) {
  if (std::all_of(values.begin(), values.end(), [&](std::int32_t value) { return value == values[0]; })) {
    values.resize(std::min<std::size_t>(values.size(), 1));
  }
  return values;
}

std::optional<Clamp> as_clamp(const std::vector<std::uint8_t>& table, ElementType type) {
  const auto entry = [&](std::int32_t x) {
    const std::uint8_t byte = table.at(static_cast<std::uint8_t>(x));
    return type == ElementType::kInt8 ? std::int32_t{static_cast<std::int8_t>(byte)} : std::int32_t{byte};
  };
  const Clamp clamp{entry(lowest_of(type)), entry(highest_of(type))};
  for (std::int32_t x = lowest_of(type); x <= highest_of(type); ++x) {
    if (entry(x) != std::min(std::max(x, clamp.low), clamp.high)) return std::nullopt;
  }
  return clamp;
}

}  // namespace systole
