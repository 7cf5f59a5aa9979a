// SPDX-License-Identifier: Apache-2.0
//
// Normalizations in float: sums in float64, rounded once.
#include <algorithm>
#include <cmath>

#include "host/call.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

std::size_t product(const Shape& shape, std::size_t begin, std::size_t end) {
  std::size_t count = 1;
  for (std::size_t d = begin; d < end; ++d) count *= static_cast<std::size_t>(shape[d]);
  return count;
}

struct Moments {
  double mean = 0, variance = 0;
};
Moments moments_of(const float* x, std::size_t count) {
  Moments m;
  for (std::size_t i = 0; i < count; ++i) m.mean += x[i];
  m.mean /= static_cast<double>(count);
  for (std::size_t i = 0; i < count; ++i) m.variance += (x[i] - m.mean) * (x[i] - m.mean);
  m.variance /= static_cast<double>(count);
  return m;
}

}  // namespace

// y = x / (bias + alpha / size * (sum of squares over `size` channels around it)) ^ beta
void host_lrn(HostCall& call) {
  const TensorView& x = call.inputs[0];
  const std::int64_t size = call.integer("size", 0);
  if (size < 1) throw UserError(call.what + ": attribute size must be at least 1");
  if (x.shape.size() < 2) throw UserError(call.what + ": the input needs channels");
  const double alpha = call.number("alpha", 1e-4f), beta = call.number("beta", 0.75f), bias = call.number("bias", 1);
  const std::int64_t channels = x.shape[1], before = (size - 1) / 2, after = size - 1 - before;
  const std::size_t inner = product(x.shape, 2, x.shape.size());
  const float* in = x.as<float>();
  float* out = elements<float>(call.outputs[0]);
  for (std::int64_t n = 0; n < x.shape[0]; ++n)
    for (std::int64_t c = 0; c < channels; ++c)
      for (std::size_t i = 0; i < inner; ++i) {
        const auto at = [&](std::int64_t channel) {
          return static_cast<std::size_t>(n * channels + channel) * inner + i;
        };
        double sum = 0;
        for (std::int64_t k = std::max<std::int64_t>(0, c - before); k <= std::min(channels - 1, c + after); ++k)
          sum += static_cast<double>(in[at(k)]) * in[at(k)];
        out[at(c)] = static_cast<float>(in[at(c)] / std::pow(bias + alpha / static_cast<double>(size) * sum, beta));
      }
}

// Inputs: x, scale, bias (or none). Outputs: y, mean, 1 / standard deviation.
void host_layer_normalization(HostCall& call) {
  const TensorView& x = call.inputs[0];
  const auto rank = static_cast<std::int64_t>(x.shape.size());
  std::int64_t axis = call.integer("axis", -1);
  if (axis < -rank || axis >= rank) throw UserError(call.what + ": the axis is not one of the input");
  if (axis < 0) axis += rank;
  const std::size_t size = product(x.shape, static_cast<std::size_t>(axis), x.shape.size()),
                    rows = x.count() / std::max<std::size_t>(size, 1);
  for (std::size_t i = 1; i < call.inputs.size(); ++i)
    if (call.inputs[i].count() != size)
      throw UserError(call.what + ": scale and bias must have the shape of what is normalized");
  const double epsilon = call.number("epsilon", 1e-5f);
  for (std::size_t r = 0; r < rows; ++r) {
    const float* row = x.as<float>() + r * size;
    const Moments m = moments_of(row, size);
    const double factor = 1 / std::sqrt(m.variance + epsilon);
    for (std::size_t i = 0; i < size; ++i) {
      const double bias = call.inputs.size() > 2 ? call.inputs[2].as<float>()[i] : 0;
      elements<float>(call.outputs[0])[r * size + i] =
          static_cast<float>((row[i] - m.mean) * factor * call.inputs.at(1).as<float>()[i] + bias);
    }
    if (call.outputs.size() > 1) elements<float>(call.outputs[1])[r] = static_cast<float>(m.mean);
    if (call.outputs.size() > 2) elements<float>(call.outputs[2])[r] = static_cast<float>(factor);
  }
}

// Inputs: x, scale, bias, the latter with a value for each channel.
void host_instance_normalization(HostCall& call) {
  const TensorView& x = call.inputs[0];
  if (x.shape.size() < 3) throw UserError(call.what + ": the input needs a spatial dimension");
  const auto channels = static_cast<std::size_t>(x.shape[1]);
  if (call.inputs.at(1).count() != channels || call.inputs.at(2).count() != channels)
    throw UserError(call.what + ": scale and bias do not have one value per channel");
  const std::size_t size = product(x.shape, 2, x.shape.size()),
                    planes = static_cast<std::size_t>(x.shape[0]) * channels;
  const double epsilon = call.number("epsilon", 1e-5f);
  for (std::size_t p = 0; p < planes; ++p) {
    const float* plane = x.as<float>() + p * size;
    const Moments m = moments_of(plane, size);
    const double factor = call.inputs[1].as<float>()[p % channels] / std::sqrt(m.variance + epsilon);
    for (std::size_t i = 0; i < size; ++i)
      elements<float>(call.outputs[0])[p * size + i] =
          static_cast<float>((plane[i] - m.mean) * factor + call.inputs[2].as<float>()[p % channels]);
  }
}

}  // namespace systole
