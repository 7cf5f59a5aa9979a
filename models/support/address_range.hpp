// SPDX-License-Identifier: Apache-2.0
//
// Ranges of addresses that come from a file or from a chip: their ends are never computed, because they may wrap.
#pragma once

#include <cstdint>

namespace systole {

// Whether the `bytes` bytes from `address` on lie in a memory of `size` bytes.
constexpr bool is_inside(std::uint64_t address, std::uint64_t bytes, std::uint64_t size) {
  return bytes <= size && address <= size - bytes;
}

}  // namespace systole
