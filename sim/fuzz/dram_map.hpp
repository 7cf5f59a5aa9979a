// SPDX-License-Identifier: Apache-2.0
//
// Where a random program has what in DRAM, in bytes.
#pragma once

#include <cstdint>

namespace systole::fuzz {

inline constexpr std::uint64_t kDramBytes = 0x20000;
inline constexpr std::uint64_t kDataBytes = 0x10000;   // from 0: loads read here, stores write here
inline constexpr std::uint64_t kParameters = 0x10000;  // 8-byte pairs of bias and scale, which nobody writes
inline constexpr std::uint64_t kParameterBytes = 0x4000;
inline constexpr std::uint64_t kReadBytes = kParameters + kParameterBytes;  // from 0: data and parameters
inline constexpr std::uint64_t kProgram = 0x18000;

static_assert(kParameters == kDataBytes, "data and parameters lie side by side");

}  // namespace systole::fuzz
