// SPDX-License-Identifier: Apache-2.0
//
// The arithmetic of quantized operators, one float32 operation at a time (fl = rounded to float32, rne = rounded to an
// integer, both half to even). Written for the host and on its own: it shares nothing with the reference model or the
// RTL.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "network/network.hpp"

namespace systole {

inline std::int32_t lowest_of(ElementType type) { return type == ElementType::kInt8 ? -128 : 0; }
inline std::int32_t highest_of(ElementType type) { return type == ElementType::kInt8 ? 127 : 255; }
inline Clamp whole_range(ElementType type) { return {lowest_of(type), highest_of(type)}; }

// rne(value) + zero_point, saturated to `range`. A value that is not a number gives the lower bound, as on x86.
inline std::int32_t saturate_rounded(float value, std::int32_t zero_point, Clamp range) {
  const double shifted = static_cast<double>(std::nearbyintf(value)) + zero_point;
  if (!(shifted > range.low)) return range.low;
  return shifted >= range.high ? range.high : static_cast<std::int32_t>(shifted);
}

// QuantizeLinear: sat(rne(fl(x / scale)) + zero_point).
inline std::int32_t quantize(float x, Quantization q, ElementType type) {
  return saturate_rounded(x / q.scale, q.zero_point, whole_range(type));
}

// DequantizeLinear: fl(fl(x - zero_point) * scale).
inline float dequantize(std::int32_t x, Quantization q) {
  return static_cast<float>(static_cast<std::int64_t>(x) - q.zero_point) * q.scale;
}

inline std::int32_t wrap32(std::int64_t value) { return static_cast<std::int32_t>(static_cast<std::uint32_t>(value)); }

// y = sat(rne(fl(fl(v) * scale)) + zero_point), clamped.
inline std::int32_t requantize(std::int32_t v, float scale, std::int32_t zero_point, Clamp clamp) {
  return saturate_rounded(static_cast<float>(v) * scale, zero_point, clamp);
}

// The factors of a quantized addition: y = sat(rne(fma(a, ra, fma(b, rb, offset)))) on raw a and b.
struct AddFactors {
  float ra, rb, offset;
};
inline AddFactors add_factors(Quantization qa, Quantization qb, Quantization qy) {
  AddFactors f{};
  f.ra = qa.scale / qy.scale;
  f.rb = qb.scale / qy.scale;
  const float b_part = f.rb * static_cast<float>(qb.zero_point);
  const float zero_parts = std::fma(f.ra, static_cast<float>(qa.zero_point), b_part);
  f.offset = static_cast<float>(qy.zero_point) - zero_parts;
  return f;
}
inline std::int32_t add_quantized(std::int32_t a, std::int32_t b, const AddFactors& f, Clamp clamp) {
  const float inner = std::fma(static_cast<float>(b), f.rb, f.offset);
  return saturate_rounded(std::fma(static_cast<float>(a), f.ra, inner), 0, clamp);
}

// fl(fl(xs * ws) / ys) and fl(xs / fl(ys * area)). A result below the smallest normal number counts as zero: it rounds
// every int32 to zero either way. Infinity is for the caller to refuse.
inline float flush_subnormal(float value) { return value < std::numeric_limits<float>::min() ? 0.0f : value; }
inline float product_scale(float xs, float ws, float ys) {
  const float product = xs * ws;
  return flush_subnormal(product / ys);
}
inline float average_scale(float xs, float ys, std::int64_t area) {
  const float divisor = ys * static_cast<float>(area);
  return flush_subnormal(xs / divisor);
}

}  // namespace systole
