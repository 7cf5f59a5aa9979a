// SPDX-License-Identifier: Apache-2.0
//
// Operators along one dimension in which the order of its elements has a meaning.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <type_traits>
#include <vector>

#include "host/call.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

// Sorts what is not a number behind all numbers, so that the order is one.
template <typename T>
bool comes_before(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
  }
  return a < b;
}

}  // namespace

// Outputs: values and indices of as many elements as the outputs have; among equals the first come first.
void host_top_k(HostCall& call) {
  const TensorView& x = call.inputs[0];
  const std::size_t axis = axis_of(call, call.integer("axis", -1), x.shape.size());
  const Lines lines = lines_along(x.shape, axis);
  const auto count = static_cast<std::size_t>(call.outputs[0].shape.at(axis));
  if (count > lines.size)
    throw UserError(fmt::format("{}: {} elements asked for of a dimension of {}", call.what, count, lines.size));
  const bool largest = call.integer("largest", 1) != 0;
  for_element_type(x.type, [&](auto element) {
    using T = decltype(element);
    std::vector<std::size_t> order(lines.size);
    for (std::size_t o = 0; o < lines.outer; ++o)
      for (std::size_t i = 0; i < lines.inner; ++i) {
        const auto value = [&](std::size_t k) { return x.as<T>()[(o * lines.size + k) * lines.inner + i]; };
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                          [&](std::size_t a, std::size_t b) {
                            const T va = value(a), vb = value(b);
                            if (largest ? comes_before(vb, va) : comes_before(va, vb)) return true;
                            if (largest ? comes_before(va, vb) : comes_before(vb, va)) return false;
                            return a < b;
                          });
        for (std::size_t k = 0; k < count; ++k) {
          const std::size_t to = (o * count + k) * lines.inner + i;
          elements<T>(call.outputs[0])[to] = value(order[k]);
          if (call.outputs.size() > 1)
            elements<std::int64_t>(call.outputs[1])[to] = static_cast<std::int64_t>(order[k]);
        }
      }
  });
}

void host_cumulative_sum(HostCall& call) {
  const TensorView& x = call.inputs[0];
  const Lines lines = lines_along(x.shape, axis_of(call, call.integer("axis", 0), x.shape.size()));
  const bool exclusive = call.integer("exclusive", 0) != 0, reverse = call.integer("reverse", 0) != 0;
  for_element_type(x.type, [&](auto element) {
    using T = decltype(element);
    for (std::size_t o = 0; o < lines.outer; ++o)
      for (std::size_t i = 0; i < lines.inner; ++i) {
        T sum{};
        for (std::size_t step = 0; step < lines.size; ++step) {
          const std::size_t k = reverse ? lines.size - 1 - step : step, at = (o * lines.size + k) * lines.inner + i;
          const T before = sum;
          sum = wrapped_sum(sum, x.as<T>()[at]);
          elements<T>(call.outputs[0])[at] = exclusive ? before : sum;
        }
      }
  });
}

// 1 at the first of the largest elements, 0 elsewhere. Up to operator set 12 all dimensions from the axis on are one.
void host_hard_max(HostCall& call) {
  const TensorView& x = call.inputs[0];
  const bool flattens = call.integer("flattens", 0) != 0;
  const std::size_t axis = axis_of(call, call.integer("axis", flattens ? 1 : -1), x.shape.size());
  Lines lines = lines_along(x.shape, axis);
  if (flattens) lines = {lines.outer, lines.size * lines.inner, 1};
  for (std::size_t o = 0; o < lines.outer; ++o)
    for (std::size_t i = 0; i < lines.inner; ++i) {
      const auto at = [&](std::size_t k) { return (o * lines.size + k) * lines.inner + i; };
      std::size_t best = 0;
      for (std::size_t k = 1; k < lines.size; ++k)
        if (x.as<float>()[at(k)] > x.as<float>()[at(best)]) best = k;
      elements<float>(call.outputs[0])[at(best)] = 1;
    }
}

// Inputs: x, for each sequence of the batch how many of its first steps are reversed.
void host_reverse_sequence(HostCall& call) {
  const TensorView &x = call.inputs[0], &lengths = call.inputs.at(1);
  HostTensor& y = call.outputs[0];
  const std::int64_t time = call.integer("time_axis", 0), batch = call.integer("batch_axis", 1);
  if (x.shape.size() < 2 || time + batch != 1 || time * batch != 0)
    throw UserError(
        fmt::format("{}: time_axis is {} and batch_axis {}; allowed are 0 and 1, one of each", call.what, time, batch));
  const std::size_t rows = static_cast<std::size_t>(x.shape[0]), columns = static_cast<std::size_t>(x.shape[1]),
                    bytes = rows * columns == 0 ? 0 : y.data.size() / (rows * columns);
  const auto steps = static_cast<std::int64_t>(time == 0 ? rows : columns);
  if (lengths.shape != Shape{x.shape[static_cast<std::size_t>(batch)]})
    throw UserError(call.what + ": sequence_lens needs one number for each sequence");
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) {
      const std::int64_t length = lengths.integer(batch == 0 ? r : c);
      if (length < 0 || length > steps)
        throw UserError(fmt::format("{}: a sequence has the length {}, allowed are 0 to {}", call.what, length, steps));
      const auto at = static_cast<std::int64_t>(time == 0 ? r : c);
      const auto from = static_cast<std::size_t>(at < length ? length - 1 - at : at);
      const std::size_t source = time == 0 ? from * columns + c : r * columns + from;
      std::copy_n(x.data + source * bytes, bytes,
                  y.data.begin() + static_cast<std::ptrdiff_t>((r * columns + c) * bytes));
    }
}

}  // namespace systole
