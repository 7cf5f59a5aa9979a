// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/arithmetic.hpp"

#include <algorithm>

#include "formats/int8.hpp"

namespace systole::compiler {
namespace {

struct Range {
  int low, high;
};
constexpr Range range_of(bool is_signed) {
  return {formats::int8::lowest(is_signed), formats::int8::highest(is_signed)};
}

int add(float source, float residual, const AddFactors& f, Range out, const Clamp& clamp) {
  const float sum = std::fma(source, f.ra, std::fma(residual, f.rb, f.offset));
  const int saturated =
      static_cast<int>(std::nearbyint(std::clamp(sum, static_cast<float>(out.low), static_cast<float>(out.high))));
  return std::clamp(saturated, clamp.low, clamp.high);
}

}  // namespace

std::optional<AddFactors> swapped_add_factors(const Add& op, bool a_signed, bool b_signed, bool y_signed) {
  const AddFactors f = add_factors(op);
  const Range ra = range_of(a_signed), rb = range_of(b_signed), ry = range_of(y_signed);
  const auto same = [&](const AddFactors& g) {
    for (int a = ra.low; a <= ra.high; ++a)
      for (int b = rb.low; b <= rb.high; ++b)
        if (add(static_cast<float>(a), static_cast<float>(b), f, ry, op.clamp) !=
            add(static_cast<float>(b), static_cast<float>(a), g, ry, op.clamp))
          return false;
    return true;
  };
  constexpr int kSteps = 3;  // units in the last place to either side of F
  float up = f.offset, down = f.offset;
  for (int step = 0; step <= kSteps; ++step) {
    for (const float offset : {up, down})
      if (const AddFactors g = {f.rb, f.ra, offset}; (offset == 0 || std::isnormal(offset)) && same(g)) return g;
    up = std::nextafter(up, INFINITY);
    down = std::nextafter(down, -INFINITY);
  }
  return std::nullopt;
}

}  // namespace systole::compiler
