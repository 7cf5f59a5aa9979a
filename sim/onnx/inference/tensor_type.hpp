// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "network/network.hpp"

namespace systole {

// What is inferred of an output.
struct TensorType {
  ElementType type = ElementType::kFloat32;
  Shape shape;
};

}  // namespace systole
