// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace systole {

inline std::uint32_t log2_of(std::uint32_t power_of_two) {
  return static_cast<std::uint32_t>(__builtin_ctz(power_of_two));
}

}  // namespace systole
