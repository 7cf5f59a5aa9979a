// SPDX-License-Identifier: Apache-2.0
//
// Operators that move elements and compute nothing: plain loops over bytes, for any element type.
#include <algorithm>
#include <limits>

#include "host/broadcast.hpp"
#include "host/call.hpp"
#include "network/message_text.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

std::size_t product(Shape::const_iterator begin, Shape::const_iterator end) {
  return static_cast<std::size_t>(element_count(Shape(begin, end)));
}

std::vector<std::int64_t> row_major_strides(const Shape& shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t d = shape.size(); d-- > 1;) strides[d - 1] = strides[d] * shape[d];
  return strides;
}

void copy_element(const TensorView& x, std::size_t from, HostTensor& y, std::size_t to) {
  const std::size_t bytes = element_bytes(y.type);
  std::memcpy(&y.data[to * bytes], x.data + from * bytes, bytes);
}

// y[i] = x[start + sum of i[d] * stride[d]] for every index i of y; skips what `inside` refuses.
template <typename Inside>
void gather_affine(const TensorView& x, std::int64_t start, const std::vector<std::int64_t>& strides, HostTensor& y,
                   Inside inside) {
  Shape at(y.shape.size(), 0);
  const auto count = static_cast<std::size_t>(element_count(y.shape));
  std::int64_t from = start;
  for (std::size_t i = 0; i < count; ++i) {
    if (inside(at)) copy_element(x, static_cast<std::size_t>(from), y, i);
    for (std::size_t d = at.size(); d-- > 0;) {
      from += strides[d];
      if (++at[d] < y.shape[d]) break;
      from -= strides[d] * y.shape[d];
      at[d] = 0;
    }
  }
}

}  // namespace

void host_copy(HostCall& call) {
  HostTensor& y = call.outputs[0];
  if (call.inputs[0].count() * element_bytes(call.inputs[0].type) != y.data.size()) {
    throw UserError(call.what + ": the new shape does not have as many elements as the input");
  }
  y.data.assign(call.inputs[0].data, call.inputs[0].data + y.data.size());
}

void host_transpose(HostCall& call) {
  const TensorView& x = call.inputs[0];
  HostTensor& y = call.outputs[0];
  const std::size_t rank = x.shape.size();
  std::vector<std::int64_t> permutation;
  const auto attribute = call.attributes.ints.find("perm");
  if (attribute != call.attributes.ints.end()) {
    permutation = attribute->second;
  } else {
    for (std::size_t d = rank; d-- > 0;) permutation.push_back(static_cast<std::int64_t>(d));
  }
  std::vector<bool> used(rank, false);
  const auto strides = row_major_strides(x.shape);
  std::vector<std::int64_t> permuted;
  for (std::int64_t d : permutation) {
    if (d < 0 || d >= static_cast<std::int64_t>(rank) || used[static_cast<std::size_t>(d)]) {
      throw UserError(call.what + ": attribute perm is not a permutation of the dimensions");
    }
    used[static_cast<std::size_t>(d)] = true;
    permuted.push_back(strides[static_cast<std::size_t>(d)]);
  }
  if (permuted.size() != rank) throw UserError(call.what + ": attribute perm is not a permutation of the dimensions");
  gather_affine(x, 0, permuted, y, [](const Shape&) { return true; });
}

void host_concat(HostCall& call) {
  HostTensor& y = call.outputs[0];
  const std::size_t axis = axis_of(call, call.integer("axis", 0), y.shape.size());
  const std::size_t outer = product(y.shape.begin(), y.shape.begin() + static_cast<std::ptrdiff_t>(axis));
  std::size_t at = 0;
  for (std::size_t o = 0; o < outer; ++o) {
    for (const TensorView& x : call.inputs) {
      const std::size_t bytes =
          product(x.shape.begin() + static_cast<std::ptrdiff_t>(axis), x.shape.end()) * element_bytes(y.type);
      invariant(at + bytes <= y.data.size(), "a concatenation fits in its output");
      std::copy_n(x.data + o * bytes, bytes, y.data.begin() + static_cast<std::ptrdiff_t>(at));
      at += bytes;
    }
  }
}

void host_split(HostCall& call) {
  const TensorView& x = call.inputs[0];
  const std::size_t axis = axis_of(call, call.integer("axis", 0), x.shape.size());
  const std::size_t outer = product(x.shape.begin(), x.shape.begin() + static_cast<std::ptrdiff_t>(axis));
  std::int64_t sizes = 0;
  for (const HostTensor& y : call.outputs) sizes += y.shape.at(axis);
  if (sizes != x.shape[axis]) throw UserError(call.what + ": the parts do not add up to the input");
  std::size_t at = 0;
  for (std::size_t o = 0; o < outer; ++o) {
    for (HostTensor& y : call.outputs) {
      const std::size_t bytes =
          product(y.shape.begin() + static_cast<std::ptrdiff_t>(axis), y.shape.end()) * element_bytes(y.type);
      std::copy_n(x.data + at, bytes, y.data.begin() + static_cast<std::ptrdiff_t>(o * bytes));
      at += bytes;
    }
  }
}

void host_slice(HostCall& call) {
  const TensorView& x = call.inputs[0];
  HostTensor& y = call.outputs[0];
  const auto list = [&](const char* name) {
    const auto found = call.attributes.ints.find(name);
    return found == call.attributes.ints.end() ? std::vector<std::int64_t>{} : found->second;
  };
  const auto starts = list("starts");
  auto axes = list("axes"), steps = list("steps");
  if (axes.empty()) {
    for (std::size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  }
  if (steps.empty()) steps.assign(starts.size(), 1);
  if (axes.size() != starts.size() || steps.size() != starts.size())
    throw UserError(call.what + ": starts, axes and steps differ in length");
  auto strides = row_major_strides(x.shape);
  const auto x_strides = strides;
  std::int64_t start = 0;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t d = axis_of(call, axes[i], x.shape.size());
    const std::int64_t size = x.shape[d], step = steps[i];
    if (step == 0 || step == std::numeric_limits<std::int64_t>::min())
      throw UserError(call.what + ": a step of zero or out of range");
    std::int64_t first = starts[i] < 0 ? std::max(starts[i], -size) + size : starts[i];
    first = step > 0 ? std::min(first, size) : std::min(first, size - 1);
    if (y.shape.at(d) > 0) {
      invariant(
          first >= 0 && first < size && first + (y.shape[d] - 1) * step >= 0 && first + (y.shape[d] - 1) * step < size,
          "a slice lies inside its input");
      start += first * x_strides[d];
    }
    strides[d] = x_strides[d] * step;
  }
  gather_affine(x, start, strides, y, [](const Shape&) { return true; });
}

// Modes constant, edge and reflect; pads of the constant mode may be negative (a crop).
void host_pad(HostCall& call) {
  const TensorView& x = call.inputs[0];
  HostTensor& y = call.outputs[0];
  const std::size_t rank = x.shape.size();
  const auto pads = call.attributes.ints.find("pads");
  if (pads == call.attributes.ints.end() || pads->second.size() != 2 * rank)
    throw UserError(call.what + ": pads needs two values per dimension");
  const std::string mode = call.attributes.string("mode", "constant");
  if (mode != "constant" && mode != "edge" && mode != "reflect") {
    throw UserError(call.what + ": mode " + in_quotes(mode) + "; supported are constant, edge, reflect");
  }
  std::uint8_t fill[8] = {};
  const float value = call.number("value", 0);
  if (y.type == ElementType::kFloat32) {
    std::memcpy(fill, &value, sizeof value);
  } else {
    const auto integer = static_cast<std::int64_t>(value);
    std::memcpy(fill, &integer, sizeof integer);
  }
  const auto strides = row_major_strides(x.shape);
  const std::size_t bytes = element_bytes(y.type);
  Shape at(rank, 0);
  for (std::size_t i = 0; i < static_cast<std::size_t>(element_count(y.shape)); ++i) {
    std::int64_t from = 0;
    bool inside = true;
    for (std::size_t d = 0; d < rank; ++d) {
      const std::int64_t size = x.shape[d];
      std::int64_t k = at[d] - pads->second[d];
      if (mode == "edge") k = std::min(std::max<std::int64_t>(k, 0), size - 1);
      if (mode == "reflect") {
        if (k < 0) k = -k;
        if (k >= size) k = 2 * (size - 1) - k;
        if (k < 0 || k >= size) throw UserError(call.what + ": a reflected pad is larger than the input");
      }
      inside = inside && k >= 0 && k < size;
      from += k * strides[d];
    }
    if (inside) {
      copy_element(x, static_cast<std::size_t>(from), y, i);
    } else {
      std::memcpy(&y.data[i * bytes], fill, bytes);
    }
    for (std::size_t d = rank; d-- > 0;) {
      if (++at[d] < y.shape[d]) break;
      at[d] = 0;
    }
  }
}

void host_gather(HostCall& call) {
  const TensorView &x = call.inputs[0], &indices = call.inputs.at(1);
  HostTensor& y = call.outputs[0];
  const std::size_t axis = axis_of(call, call.integer("axis", 0), x.shape.size());
  const auto middle = x.shape.begin() + static_cast<std::ptrdiff_t>(axis);
  const std::size_t outer = product(x.shape.begin(), middle);
  const std::size_t inner_bytes = product(middle + 1, x.shape.end()) * element_bytes(y.type);
  const std::int64_t size = x.shape[axis];
  std::size_t at = 0;
  for (std::size_t o = 0; o < outer; ++o) {
    for (std::size_t i = 0; i < indices.count(); ++i) {
      std::int64_t k = indices.integer(i);
      if (k < -size || k >= size) {
        throw UserError(call.what + ": index " + std::to_string(k) + " is outside the dimension of " +
                        std::to_string(size));
      }
      if (k < 0) k += size;
      const std::size_t from = (o * static_cast<std::size_t>(size) + static_cast<std::size_t>(k)) * inner_bytes;
      invariant(at + inner_bytes <= y.data.size(), "a gather fits in its output");
      std::copy_n(x.data + from, inner_bytes, y.data.begin() + static_cast<std::ptrdiff_t>(at));
      at += inner_bytes;
    }
  }
}

void host_expand(HostCall& call) {
  const TensorView& x = call.inputs[0];
  HostTensor& y = call.outputs[0];
  for_each_broadcast(y.shape, x.shape, x.shape,
                     [&](std::size_t iy, std::size_t ix, std::size_t) { copy_element(x, ix, y, iy); });
}

// Input 1, if any, is the value to fill with (an attribute in ONNX).
void host_constant_of_shape(HostCall& call) {
  HostTensor& y = call.outputs[0];
  if (call.inputs.size() < 2) return;
  for (std::size_t i = 0; i < static_cast<std::size_t>(element_count(y.shape)); ++i)
    copy_element(call.inputs[1], 0, y, i);
}

void host_arg_max(HostCall& call) {
  const TensorView& x = call.inputs[0];
  const std::size_t axis = axis_of(call, call.integer("axis", 0), x.shape.size());
  const bool minimum = call.name == "ArgMin";
  const bool last_wins = call.integer("select_last_index", 0) != 0;
  const auto middle = x.shape.begin() + static_cast<std::ptrdiff_t>(axis);
  const std::size_t outer = product(x.shape.begin(), middle), inner = product(middle + 1, x.shape.end());
  const auto size = static_cast<std::size_t>(x.shape[axis]);
  const auto value = [&](std::size_t i) {
    return x.type == ElementType::kFloat32 ? static_cast<double>(x.as<float>()[i]) : static_cast<double>(x.integer(i));
  };
  std::int64_t* y = elements<std::int64_t>(call.outputs[0]);
  for (std::size_t o = 0; o < outer; ++o) {
    for (std::size_t i = 0; i < inner; ++i) {
      std::size_t best = 0;
      for (std::size_t k = 1; k < size; ++k) {
        const double a = value((o * size + k) * inner + i), b = value((o * size + best) * inner + i);
        if ((minimum ? a < b : a > b) || (last_wins && a == b)) best = k;
      }
      y[o * inner + i] = static_cast<std::int64_t>(best);
    }
  }
}

void host_shape(HostCall& call) {
  if (call.name == "Size") {
    elements<std::int64_t>(call.outputs[0])[0] = element_count(call.inputs[0].shape);
    return;
  }
  const Shape& shape = call.inputs[0].shape;
  const auto rank = static_cast<std::int64_t>(shape.size());
  const auto limit = [&](std::int64_t index) {
    return std::min(std::max<std::int64_t>(index < 0 ? index + rank : index, 0), rank);
  };
  const std::int64_t start = limit(call.integer("start", 0));
  const auto count = static_cast<std::int64_t>(call.outputs[0].data.size() / sizeof(std::int64_t));
  invariant(count == std::max<std::int64_t>(limit(call.integer("end", rank)) - start, 0),
            "a shape has the inferred length");
  for (std::int64_t i = 0; i < count; ++i)
    elements<std::int64_t>(call.outputs[0])[i] = shape[static_cast<std::size_t>(start + i)];
}

}  // namespace systole
