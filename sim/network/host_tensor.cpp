// SPDX-License-Identifier: Apache-2.0
#include "network/host_tensor.hpp"

#include "support/error.hpp"

namespace systole {
namespace {

std::int64_t load_integer(ElementType type, const std::vector<std::uint8_t>& data, std::size_t index) {
  const std::size_t bytes = element_bytes(type);
  invariant(index < data.size() / bytes, "an element index lies inside its tensor");
  const std::uint8_t* at = data.data() + index * bytes;
  switch (type) {
    case ElementType::kInt8:
      return static_cast<std::int8_t>(*at);
    case ElementType::kUint8:
    case ElementType::kBool:
      return *at;
    case ElementType::kInt32: {
      std::int32_t value;
      std::memcpy(&value, at, sizeof value);
      return value;
    }
    case ElementType::kInt64: {
      std::int64_t value;
      std::memcpy(&value, at, sizeof value);
      return value;
    }
    case ElementType::kFloat32:
      break;
  }
  throw InternalError("invariant broken: integer_at reads integer tensors only");
}

}  // namespace

HostTensor make_host_tensor(ElementType type, const Shape& shape) {
  HostTensor tensor{type, shape, {}};
  tensor.data.resize(static_cast<std::size_t>(element_count(shape)) * element_bytes(type));
  return tensor;
}

std::int64_t integer_at(const HostTensor& tensor, std::size_t index) {
  return load_integer(tensor.type, tensor.data, index);
}

std::int64_t integer_at(const Tensor& tensor, std::size_t index) {
  return load_integer(tensor.type, tensor.data, index);
}

}  // namespace systole
