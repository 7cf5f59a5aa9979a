// SPDX-License-Identifier: Apache-2.0
//
// Inside the reader: scales, biases and clamps of quantized operators, from those of their tensors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "normalize/raw_graph.hpp"

namespace systole {

// Of a product of x and w with the output scale y, for one value of w or one per channel.
struct ProductScales {
  std::vector<float> units;     // fl(xs*ws): what 1 of the int32 sum stands for
  std::vector<float> combined;  // fl(fl(xs*ws)/ys); one value if all are equal
};
// Errors (UserError, starting with `what`): a scale that overflows.
ProductScales product_scales(float x, const std::vector<float>& w, float y, const std::string& what);

// Refuses scales that overflowed; makes one value of many equal ones.
std::vector<float> checked_scales(std::vector<float> scales, const std::string& what);
std::vector<std::int32_t> collapse_equal(std::vector<std::int32_t> values);

// The int32 bias of `channels` channels in the unit of each, of a constant that is float, or int32 behind a
// DequantizeLinear. Empty if it is not constant. Errors (UserError): a value that does not fit, with node and tensor.
std::optional<std::vector<std::int32_t>> bias_values(RawGraph& graph, const OnnxNode& node, TensorId bias,
                                                     const std::vector<float>& units, std::size_t channels);

// A table of 256 bytes as a clamp of values of `type`, if that is all it does.
std::optional<Clamp> as_clamp(const std::vector<std::uint8_t>& table, ElementType type);

}  // namespace systole
