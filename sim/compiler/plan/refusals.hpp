// SPDX-License-Identifier: Apache-2.0
//
// Why a node stays on the host, as far as several operators ask the same. The functions `refuse_..` return a reason for
// the report, which names what is refused and the limit; empty if there is none.
#pragma once

#include <string>
#include <vector>

#include "chip/chip.hpp"
#include "network/network.hpp"

namespace systole::compiler {

inline bool is_signed(const Tensor& t) { return t.type == ElementType::kInt8; }

// A matrix product whose tensor lies as images, because a convolution or pooling sees it so.
inline constexpr const char* kLaidOutAsImages = "its tensor is laid out as images for another node";

// True for a clamp that does no more than the saturation of an int8 or uint8 tensor.
bool is_whole_range(const Clamp& clamp, const Tensor& tensor);

// True for zero and for positive normal float32 numbers: what the post-processing accepts as a scale.
bool is_chip_scale(float value);

// The first of these tensors that is not int8 or uint8, or is empty.
std::string refuse_tensors(const std::vector<const Tensor*>& tensors);

// A scale that post-processing cannot multiply by.
std::string refuse_scales(const std::vector<float>& scales);

// A weight tile, with the row of zero points that it has if they differ by column, that the weight buffer cannot hold.
std::string refuse_weight_tile(const Chip& chip, bool zero_point_by_column);

// What a product of a tensor with constant weights and the post-processing behind it ask: Conv and Gemm. Raw sums if
// `scale` is empty.
struct WeightedSum {
  const Tensor& input;
  const Tensor& weight;
  const Tensor& output;
  const std::vector<std::int32_t>& weight_zero_point;
  const std::vector<std::int32_t>& bias;
  const std::vector<float>& scale;
};
std::string refuse_weighted_sum(const WeightedSum& sum, const Chip& chip);

}  // namespace systole::compiler
