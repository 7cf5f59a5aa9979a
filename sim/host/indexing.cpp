// SPDX-License-Identifier: Apache-2.0
//
// Operators that read or write elements at places that a tensor of indices tells.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/call.hpp"
#include "network/message_text.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

std::size_t size_of(std::int64_t dimension) { return static_cast<std::size_t>(dimension); }

// An index that may count from the end.
std::size_t place(const HostCall& call, std::int64_t index, std::int64_t size) {
  if (index < -size || index >= size)
    throw UserError(fmt::format("{}: index {} is outside the dimension of {}", call.what, index, size));
  return size_of(index < 0 ? index + size : index);
}

// Calls f(place in x, place in indices) for every index along `axis` of x; the other places are those of the index.
template <typename F>
void for_each_indexed(const HostCall& call, const TensorView& x, const TensorView& indices, F f) {
  const std::size_t axis = axis_of(call, call.integer("axis", 0), x.shape.size());
  Shape at(x.shape.size(), 0);
  for (std::size_t i = 0; i < indices.count(); ++i) {
    std::size_t from = 0;
    for (std::size_t d = 0; d < at.size(); ++d) {
      const std::size_t k = d == axis ? place(call, indices.integer(i), x.shape[d]) : size_of(at[d]);
      from = from * size_of(x.shape[d]) + k;
    }
    f(from, i);
    for (std::size_t d = at.size(); d-- > 0;) {
      if (++at[d] < indices.shape[d]) break;
      at[d] = 0;
    }
  }
}

// Calls f(place of the first of `length` elements of x, number of the index, length) for every index. An index is the
// last dimension of `indices`. It stands for dimensions of x behind the `batch` first ones.
template <typename F>
void for_each_index_vector(const HostCall& call, const TensorView& x, const TensorView& indices, std::size_t batch,
                           F f) {
  const std::size_t depth = size_of(indices.shape.back()), count = indices.count() / std::max<std::size_t>(depth, 1);
  const auto behind = [&](const Shape& shape, std::size_t first) {
    std::size_t product = 1;
    for (std::size_t d = first; d < shape.size(); ++d) product *= size_of(shape[d]);
    return product;
  };
  const std::size_t batches = x.count() / std::max<std::size_t>(behind(x.shape, batch), 1);
  const std::size_t length = behind(x.shape, batch + depth);
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t from = i / std::max<std::size_t>(count / std::max<std::size_t>(batches, 1), 1);
    for (std::size_t k = 0; k < depth; ++k) {
      const std::int64_t size = x.shape[batch + k];
      from = from * size_of(size) + place(call, indices.integer(i * depth + k), size);
    }
    f(from * length, i, length);
  }
}

// What becomes of an element and an update for it.
template <typename T>
T updated(const HostCall& call, T old, T update) {
  const std::string reduction = call.attributes.string("reduction", "none");
  if (reduction == "none") return update;
  if (reduction == "max") return std::max(old, update);
  if (reduction == "min") return std::min(old, update);
  if (reduction == "add") return wrapped_sum(old, update);
  if (reduction == "mul") return wrapped_product(old, update);
  throw UserError(fmt::format("{}: attribute reduction is {}; allowed are none, add, mul, max, min", call.what,
                              in_quotes(reduction)));
}

}  // namespace

void host_gather_elements(HostCall& call) {
  const TensorView& x = call.inputs[0];
  HostTensor& y = call.outputs[0];
  const std::size_t bytes = element_bytes(y.type);
  for_each_indexed(call, x, call.inputs.at(1), [&](std::size_t from, std::size_t to) {
    std::memcpy(&y.data[to * bytes], x.data + from * bytes, bytes);
  });
}

void host_gather_nd(HostCall& call) {
  const TensorView& x = call.inputs[0];
  HostTensor& y = call.outputs[0];
  const std::size_t bytes = element_bytes(y.type), batch = size_of(call.integer("batch_dims", 0));
  for_each_index_vector(call, x, call.inputs.at(1), batch, [&](std::size_t from, std::size_t to, std::size_t length) {
    std::memcpy(&y.data[to * length * bytes], x.data + from * bytes, length * bytes);
  });
}

// Inputs: x, indices, updates. The updates are made in their order.
void host_scatter_elements(HostCall& call) {
  HostTensor& y = call.outputs[0];
  y.data.assign(call.inputs[0].data, call.inputs[0].data + y.data.size());
  for_element_type(y.type, [&](auto element) {
    using T = decltype(element);
    for_each_indexed(call, call.inputs[0], call.inputs.at(1), [&](std::size_t to, std::size_t i) {
      T& old = elements<T>(y)[to];
      old = updated(call, old, call.inputs.at(2).as<T>()[i]);
    });
  });
}

void host_scatter_nd(HostCall& call) {
  HostTensor& y = call.outputs[0];
  y.data.assign(call.inputs[0].data, call.inputs[0].data + y.data.size());
  for_element_type(y.type, [&](auto element) {
    using T = decltype(element);
    for_each_index_vector(call, call.inputs[0], call.inputs.at(1), 0,
                          [&](std::size_t to, std::size_t i, std::size_t length) {
                            for (std::size_t k = 0; k < length; ++k) {
                              T& old = elements<T>(y)[to + k];
                              old = updated(call, old, call.inputs.at(2).as<T>()[i * length + k]);
                            }
                          });
  });
}

// Inputs: indices, the values off and on. An index outside the depth leaves all of its places off.
void host_one_hot(HostCall& call) {
  const TensorView &indices = call.inputs[0], &values = call.inputs.at(1);
  HostTensor& y = call.outputs[0];
  const std::size_t axis = axis_of(call, call.integer("axis", -1), y.shape.size()), bytes = element_bytes(y.type);
  const Lines lines = lines_along(y.shape, axis);
  for (std::size_t o = 0; o < lines.outer; ++o)
    for (std::size_t i = 0; i < lines.inner; ++i) {
      const std::size_t from = o * lines.inner + i;
      double index = indices.type == ElementType::kFloat32 ? std::trunc(indices.as<float>()[from])
                                                           : static_cast<double>(indices.integer(from));
      if (index < 0) index += static_cast<double>(lines.size);
      for (std::size_t k = 0; k < lines.size; ++k)
        std::memcpy(&y.data[((o * lines.size + k) * lines.inner + i) * bytes],
                    values.data + (index == static_cast<double>(k) ? bytes : 0), bytes);
    }
}

}  // namespace systole
