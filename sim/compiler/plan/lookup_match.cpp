// SPDX-License-Identifier: Apache-2.0
//
// Finds the requantization that equals a table of 256 outputs. The reader has already folded scales and zero points
// into the table, so they have to be searched. For each pair of input and output zero point, the table's entries bound
// the scale from both sides. A scale inside the bounds is then tried on all 256 inputs in exact float32 arithmetic, so
// a match is certain.
#include "compiler/plan/lookup_match.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "formats/int8.hpp"

namespace systole::compiler {
namespace {

constexpr int kInputs = 256;

struct Type {
  std::int32_t low, high;
};
constexpr Type type_of(bool is_signed) { return {formats::int8::lowest(is_signed), formats::int8::highest(is_signed)}; }

std::int32_t apply(const UnaryArithmetic& u, std::int32_t x, Type out) {
  std::int64_t v = x;
  if (u.requantize) {
    const float f = static_cast<float>(x + u.bias) * u.scale;
    v = std::clamp<std::int64_t>(std::llrint(f) + u.zero_point, out.low, out.high);
  }
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(v, u.clamp.low, u.clamp.high));
}

}  // namespace

std::optional<UnaryArithmetic> match_lookup(const std::vector<std::uint8_t>& table, bool input_signed,
                                            bool output_signed) {
  if (table.size() != kInputs) return std::nullopt;
  const Type in = type_of(input_signed), out = type_of(output_signed);
  std::int32_t y[kInputs];  // by ascending input
  for (int i = 0; i < kInputs; ++i) {
    const std::uint8_t bits = table[static_cast<std::uint8_t>(in.low + i)];
    y[i] = output_signed ? static_cast<std::int8_t>(bits) : bits;
    if (i > 0 && y[i] < y[i - 1]) return std::nullopt;
  }
  const std::int32_t low = y[0], high = y[kInputs - 1];
  auto exact = [&](const UnaryArithmetic& u) {
    for (int i = 0; i < kInputs; ++i)
      if (apply(u, in.low + i, out) != y[i]) return false;
    return true;
  };

  UnaryArithmetic u;
  u.clamp = {low, high};
  if (exact(u)) return u;
  u.requantize = true;
  if (low == high) {
    u.scale = 0;
    u.zero_point = low;
    return exact(u) ? std::optional(u) : std::nullopt;
  }
  for (std::int32_t zx = in.low; zx <= in.high; ++zx) {
    for (std::int32_t zy = out.low; zy <= out.high; ++zy) {
      if (y[zx - in.low] != std::clamp(zy, low, high)) continue;
      double least = 0, most = std::numeric_limits<double>::max();
      for (int i = 0; i < kInputs && least <= most; ++i) {
        const double d = in.low + i - zx;
        if (d == 0) continue;
        // d * scale lies within half of y - zy; at the clamps only one side is known.
        const double below = y[i] == low ? -1e30 : (y[i] - zy - 0.5), above = y[i] == high ? 1e30 : (y[i] - zy + 0.5);
        least = std::max(least, d > 0 ? below / d : above / d);
        most = std::min(most, d > 0 ? above / d : below / d);
      }
      most = std::min(most, 2 * least + 1);  // a step function leaves it open
      if (least > most * (1 + 1e-6)) continue;
      u.bias = -zx;
      u.zero_point = zy;
      // Ties sit at the ends of the interval: try both ends and points between.
      constexpr int kTries = 8;
      for (int t = 0; t <= kTries; ++t) {
        const float middle = static_cast<float>(least + (most - least) * ((t * 5 + 4) % (kTries + 1)) / kTries);
        for (const float s : {middle, std::nextafter(middle, 0.0f), std::nextafter(middle, 1e30f)}) {
          u.scale = s;
          if (std::isnormal(s) && s > 0 && exact(u)) return u;
        }
      }
    }
  }
  return std::nullopt;
}

}  // namespace systole::compiler
