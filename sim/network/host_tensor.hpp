// SPDX-License-Identifier: Apache-2.0
//
// A tensor with its values, as the host holds it: what tensor files contain and what host operators compute on.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "network/network.hpp"

namespace systole {

struct HostTensor {
  ElementType type = ElementType::kFloat32;
  Shape shape;
  std::vector<std::uint8_t> data;  // row-major, little-endian; element_count(shape) * element_bytes(type) bytes
};

// All zero. The shape must be one that element_count accepts.
HostTensor make_host_tensor(ElementType type, const Shape& shape);

// The elements as an array. T must have the size of the tensor's element type.
template <typename T>
T* elements(HostTensor& tensor) {
  return reinterpret_cast<T*>(tensor.data.data());
}
template <typename T>
const T* elements(const HostTensor& tensor) {
  return reinterpret_cast<const T*>(tensor.data.data());
}

// Element `index` of an integer tensor of any integer type.
std::int64_t integer_at(const HostTensor& tensor, std::size_t index);
std::int64_t integer_at(const Tensor& tensor, std::size_t index);

}  // namespace systole
