// SPDX-License-Identifier: Apache-2.0
//
// ONNX (NumPy) broadcasting of two operands.
#pragma once

#include <vector>

#include "network/network.hpp"
#include "support/error.hpp"

namespace systole {

// Element strides of an operand along the dimensions of the result: 0 where it is repeated.
inline std::vector<std::size_t> broadcast_strides(const Shape& result, const Shape& operand) {
  invariant(operand.size() <= result.size(), "an operand has no more dimensions than the result");
  std::vector<std::size_t> strides(result.size(), 0);
  std::size_t stride = 1;
  for (std::size_t i = 0; i < operand.size(); ++i) {
    const std::int64_t dimension = operand[operand.size() - 1 - i];
    const std::size_t d = result.size() - 1 - i;
    invariant(dimension == 1 || dimension == result[d], "an operand broadcasts to the result");
    if (dimension != 1) strides[d] = stride;
    stride *= static_cast<std::size_t>(dimension);
  }
  return strides;
}

// Calls f(index in the result, index in a, index in b) for every element of the result, in order.
template <typename F>
void for_each_broadcast(const Shape& result, const Shape& a, const Shape& b, F f) {
  const auto sa = broadcast_strides(result, a), sb = broadcast_strides(result, b);
  const auto count = static_cast<std::size_t>(element_count(result));
  std::vector<std::int64_t> at(result.size(), 0);
  std::size_t ia = 0, ib = 0;
  for (std::size_t i = 0; i < count; ++i) {
    f(i, ia, ib);
    for (std::size_t d = result.size(); d-- > 0;) {
      ia += sa[d];
      ib += sb[d];
      if (++at[d] < result[d]) break;
      ia -= sa[d] * static_cast<std::size_t>(result[d]);
      ib -= sb[d] * static_cast<std::size_t>(result[d]);
      at[d] = 0;
    }
  }
}

}  // namespace systole
