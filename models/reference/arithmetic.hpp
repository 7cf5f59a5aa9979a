// SPDX-License-Identifier: Apache-2.0
//
// The arithmetic of post-processing, to the last bit, as instruction_set.md (store) writes it.
//
//   fl   IEEE-754 float32, rounded half to even: a C++ float under the default rounding mode, compiled
//        with -ffp-contract=off
//   rne  to an integer, half to even: std::nearbyint
//   fma  one rounding: std::fma; denormal results are kept
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "formats/int8.hpp"

namespace systole::reference {

static_assert(std::numeric_limits<float>::is_iec559, "float must be IEEE-754 binary32");

using formats::int8::saturate;
using formats::int8::Sum;
using formats::int8::widen;

// The nearest integer, half to even, saturated to int32. x is not a NaN.
inline Sum round_to_int32(float x) {
  const float rounded = std::nearbyint(x);
  if (rounded >= 2147483648.0f) return std::numeric_limits<std::int32_t>::max();
  if (rounded < -2147483648.0f) return std::numeric_limits<std::int32_t>::min();
  return static_cast<std::int32_t>(rounded);
}

// saturate(mid type, rne(fl(fl(sum + bias) * scale)) + mid_zero_point); sum + bias wraps.
inline std::int32_t requantize(std::int32_t sum, std::int32_t bias, float scale, std::int32_t mid_zero_point,
                               bool mid_signed) {
  const auto biased = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) + static_cast<std::uint32_t>(bias));
  const float scaled = static_cast<float>(biased) * scale;
  return saturate(std::int64_t{round_to_int32(scaled)} + mid_zero_point, mid_signed);
}

struct AddScales {
  float source;    // ra
  float residual;  // rb
  float offset;    // F
};

// saturate(output type, rne(fma(a, ra, fma(b, rb, F))))
inline std::int32_t add_residual(std::int32_t a, std::int32_t b, const AddScales& scales, bool output_signed) {
  const float inner = std::fma(static_cast<float>(b), scales.residual, scales.offset);
  const float outer = std::fma(static_cast<float>(a), scales.source, inner);
  return saturate(round_to_int32(outer), output_signed);
}

}  // namespace systole::reference
