// SPDX-License-Identifier: Apache-2.0
//
// Values for a constant whose file is missing. Cycles depend on shapes and types, and hardly on anything but which scales are equal. So
// values only have to keep a deep network in the range of its numbers, and be ones that its operators take.
//
//   float32   uniform. Weights in +-sqrt(3 / n), the variance 1 / n of a sum of n products: activations keep theirs.
//             Factors and variances in [0.5, 1.5), biases and other vectors in [-1/8, 1/8).
//             Scales of quantizations: 2^-10 of a whole tensor, so that equal ones stay equal; of channels in [2^-11, 2^-10).
//   int8, uint8, bool   uniform over all values; zero points 0, of uint8 128.
//   int32     uniform in [-1024, 1024), as biases are; zero points and indices 0.
//   int64     indices, which are 0. Others decide shapes.
#pragma once

#include <cstdint>
#include <string>

#include "network/host_tensor.hpp"
#include "onnx/weights/weight_kind.hpp"

namespace systole {

// Whether values can be drawn at all.
bool can_be_drawn(ElementType type, WeightKind kind);

// By std::mt19937 with seed and name: the same whichever tensors were drawn before. The shape is one that check_tensor_size takes,
// and values can be drawn.
HostTensor random_weight(ElementType type, const Shape& shape, WeightKind kind, std::uint32_t seed,
                         const std::string& name);

}  // namespace systole
