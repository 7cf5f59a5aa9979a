// SPDX-License-Identifier: Apache-2.0
#include "network/network.hpp"

#include <limits>

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

struct InputsOf {
  std::vector<TensorId> operator()(const Add& add) const { return {add.a, add.b}; }
  std::vector<TensorId> operator()(const MatMul& product) const { return {product.a, product.b}; }
  std::vector<TensorId> operator()(const HostOperator& host) const { return host.inputs; }
  template <typename T>
  std::vector<TensorId> operator()(const T& operation) const {
    return {operation.input};
  }
};

struct OutputsOf {
  std::vector<TensorId> operator()(const HostOperator& host) const { return host.outputs; }
  template <typename T>
  std::vector<TensorId> operator()(const T& operation) const {
    return {operation.output};
  }
};

}  // namespace

std::size_t element_bytes(ElementType type) {
  switch (type) {
    case ElementType::kInt8:
    case ElementType::kUint8:
    case ElementType::kBool:
      return 1;
    case ElementType::kInt32:
    case ElementType::kFloat32:
      return 4;
    case ElementType::kInt64:
      return 8;
  }
  throw InternalError("invariant broken: an element type has a size");
}

const char* element_name(ElementType type) {
  switch (type) {
    case ElementType::kInt8:
      return "int8";
    case ElementType::kUint8:
      return "uint8";
    case ElementType::kInt32:
      return "int32";
    case ElementType::kFloat32:
      return "float32";
    case ElementType::kInt64:
      return "int64";
    case ElementType::kBool:
      return "bool";
  }
  throw InternalError("invariant broken: an element type has a name");
}

// The reader admits no shape whose count overflows, so an overflow here is a bug.
std::int64_t element_count(const Shape& shape) {
  std::int64_t count = 1;
  for (std::int64_t dimension : shape) {
    invariant(dimension >= 0, "a dimension is not negative");
    invariant(dimension == 0 || count <= std::numeric_limits<std::int64_t>::max() / dimension,
              "an element count fits in 63 bits");
    count *= dimension;
  }
  return count;
}

std::optional<std::int64_t> stacked_products(const Shape& a, const Shape& b) {
  if (a.size() < 2 || b.size() < 2) return std::nullopt;
  const Shape a_stack(a.begin(), a.end() - 2), b_stack(b.begin(), b.end() - 2);
  if (a_stack == b_stack) return element_count(a_stack);
  if (b_stack.size() <= a_stack.size() && element_count(b_stack) == 1) return 1;
  return std::nullopt;
}

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

void sum_average_pools_in_float(Network& network) {
  for (Node& node : network.nodes) {
    auto* pool = std::get_if<AveragePool>(&node.operation);
    if (pool == nullptr) continue;
    const Shape& image = network.tensors[pool->input].shape;  // rank 3 or 4
    pool->float_sums = image.back() != pool->kernel[1] || (image.size() == 4 && image[2] != pool->kernel[0]);
  }
}

std::vector<TensorId> inputs_of(const Operation& operation) { return std::visit(InputsOf{}, operation); }
std::vector<TensorId> outputs_of(const Operation& operation) { return std::visit(OutputsOf{}, operation); }

}  // namespace systole
