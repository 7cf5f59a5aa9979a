// SPDX-License-Identifier: Apache-2.0
//
// Small shared arithmetic of the compiler: rounding division, the factors of Add, the patch of a pooling window.
#pragma once

#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <vector>

#include "network/network.hpp"

namespace systole::compiler {

constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

// True for none, one, or many equal values.
inline bool all_equal(const std::vector<std::int32_t>& values) {
  for (std::int32_t v : values)
    if (v != values.front()) return false;
  return true;
}

// Value of channel `c` in a vector with one value for all channels or one for each; `otherwise` if it is empty.
template <typename T>
T per_channel(const std::vector<T>& values, std::int64_t c, T otherwise) {
  if (values.empty()) return otherwise;
  return values.size() == 1 ? values[0] : values[static_cast<std::size_t>(c)];
}

struct AddFactors {
  float ra = 0, rb = 0, offset = 0;
};

// ra = fl(sa/sy), rb = fl(sb/sy), F = fl(zy - fma(ra, za, fl(rb*zb))): QLinearAdd of ONNX Runtime.
inline AddFactors add_factors(const Add& op) {
  AddFactors f;
  f.ra = op.qa.scale / op.qy.scale;
  f.rb = op.qb.scale / op.qy.scale;
  const float rb_zb = f.rb * static_cast<float>(op.qb.zero_point);
  f.offset = static_cast<float>(op.qy.zero_point) - std::fma(f.ra, static_cast<float>(op.qa.zero_point), rb_zb);
  return f;
}

// The factors for source b and residual a: y = fma(b, ra', fma(a, rb', F')). The roundings come in another order, so
// the result is only usable if it is the same for all 65536 pairs of operands, which is tried. Nothing if no F' near F
// gives that.
std::optional<AddFactors> swapped_add_factors(const Add& op, bool a_signed, bool b_signed, bool y_signed);

// Distance between input lines that are needed at all, when `outputs` outputs at `stride` each read `taps` at
// `dilation`.
inline std::int64_t line_step(std::int64_t outputs, std::int64_t stride, std::int64_t taps, std::int64_t dilation) {
  if (outputs > 1 && taps > 1) return std::gcd(stride, dilation);
  if (outputs > 1) return stride;
  return taps > 1 ? dilation : 1;
}

// Input lines at that step from the first to the last needed one.
inline std::int64_t line_count(std::int64_t outputs, std::int64_t stride, std::int64_t taps, std::int64_t dilation) {
  return ((outputs - 1) * stride + (taps - 1) * dilation) / line_step(outputs, stride, taps, dilation) + 1;
}

// Activation words that one output position of one channel block needs: rows at their step, columns all of them.
inline std::int64_t pool_patch_words(const MaxPool& op) {
  return line_count(1, op.stride[0], op.kernel[0], op.dilation[0]) * ((op.kernel[1] - 1) * op.dilation[1] + 1);
}

}  // namespace systole::compiler
