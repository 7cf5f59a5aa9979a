// SPDX-License-Identifier: Apache-2.0
//
// DRAM addresses of the reference model: modulo 2^address_bits, and inside the memory image.
#pragma once

#include <fmt/format.h>

#include <cstdint>

#include "chip/chip.hpp"
#include "reference/reference.hpp"
#include "support/address_range.hpp"
#include "support/error.hpp"

namespace systole::reference {

// `count` steps of a signed stride, as an address: two's complement, wrapping.
inline std::uint64_t steps(std::uint64_t count, std::int32_t stride) {
  return count * static_cast<std::uint64_t>(std::int64_t{stride});
}

// The bytes of the image at `address` modulo 2^address_bits. UserError if any of them is outside.
inline std::uint8_t* dram_at(MemoryImage& dram, const Chip& chip, std::uint64_t address, std::uint64_t bytes,
                             const char* action) {
  if (chip.axi_address_bits < 64) address &= (1ull << chip.axi_address_bits) - 1;
  if (!is_inside(address, bytes, dram.size()))
    throw UserError(fmt::format("{} of {} bytes at DRAM address {:#x}: must be inside the memory of {:#x} bytes",
                                action, bytes, address, dram.size()));
  return dram.data() + address;
}

}  // namespace systole::reference
