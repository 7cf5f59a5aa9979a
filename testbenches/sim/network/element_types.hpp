// SPDX-License-Identifier: Apache-2.0
//
// Short names of element types, for tests that build networks.
#pragma once

#include "network/network.hpp"

namespace systole::test {

inline constexpr ElementType kI8 = ElementType::kInt8, kU8 = ElementType::kUint8, kI32 = ElementType::kInt32,
                             kF32 = ElementType::kFloat32;

}  // namespace systole::test
