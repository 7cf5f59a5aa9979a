// SPDX-License-Identifier: Apache-2.0
//
// The int8 number format: widths and types of operands, products and sums.
//
// This folder is the only one in models/ that writes a width of an operand, a product or a sum as a number. An operand is a
// byte, signed or unsigned by a flag of the instruction; its zero point, a bit pattern of the same type, is subtracted first, so
// the array multiplies integers of nine bits. Sums wrap around at 32 bits.
#pragma once

#include <cstdint>

namespace systole::formats::int8 {

using OperandBits = std::uint8_t;  // as it lies in a memory
using SignedOperand = std::int8_t;
using Operand = std::int16_t;  // its value with the zero point subtracted: -255 .. 255
using Sum = std::int32_t;      // of products, and what the accumulators hold

inline constexpr std::uint32_t kBitsPerByte = 8;
inline constexpr std::uint32_t kOperandBytes = sizeof(OperandBits);
inline constexpr std::uint32_t kOperandBits = kOperandBytes * kBitsPerByte;
inline constexpr std::uint32_t kMultiplierBits = kOperandBits + 1;  // an operand without its zero point
inline constexpr std::uint32_t kProductBits = 2 * kMultiplierBits;
inline constexpr std::uint32_t kSumBytes = sizeof(Sum);
inline constexpr std::uint32_t kSumBits = kSumBytes * kBitsPerByte;

// What requantization needs of each column: a bias, a sum, and a scale, a float32.
inline constexpr std::uint32_t kBiasBytes = kSumBytes;
inline constexpr std::uint32_t kScaleBytes = sizeof(float);
inline constexpr std::uint32_t kParameterBytes = kBiasBytes + kScaleBytes;

// The least and the greatest value of an operand before its zero point is subtracted.
constexpr std::int32_t lowest(bool is_signed) { return is_signed ? -(1 << (kOperandBits - 1)) : 0; }
constexpr std::int32_t highest(bool is_signed) {
  return is_signed ? (1 << (kOperandBits - 1)) - 1 : (1 << kOperandBits) - 1;
}

// The value of an operand.
constexpr std::int32_t widen(OperandBits bits, bool is_signed) {
  return is_signed ? static_cast<SignedOperand>(bits) : bits;
}

// The nearest value that an operand can have.
constexpr std::int32_t saturate(std::int64_t value, bool is_signed) {
  return static_cast<std::int32_t>(value < lowest(is_signed)    ? lowest(is_signed)
                                   : value > highest(is_signed) ? highest(is_signed)
                                                                : value);
}

}  // namespace systole::formats::int8
