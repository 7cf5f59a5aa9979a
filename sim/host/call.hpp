// SPDX-License-Identifier: Apache-2.0
//
// Inside the host operators: one call of one operator, and the table of operators.
#pragma once

#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include "network/host_tensor.hpp"
#include "network/network.hpp"

namespace systole {

// A tensor whose data it does not own.
struct TensorView {
  ElementType type = ElementType::kFloat32;
  Shape shape;
  const std::uint8_t* data = nullptr;

  TensorView() = default;
  TensorView(const HostTensor& tensor) : type(tensor.type), shape(tensor.shape), data(tensor.data.data()) {}
  TensorView(const Tensor& tensor) : type(tensor.type), shape(tensor.shape), data(tensor.data.data()) {}

  std::size_t count() const { return static_cast<std::size_t>(element_count(shape)); }
  template <typename T>
  const T* as() const {
    return reinterpret_cast<const T*>(data);
  }
  std::int64_t integer(std::size_t index) const;  // of an integer tensor
};

struct HostCall {
  const Attributes& attributes;
  std::string name;  // the ONNX operator
  std::string what;  // starts an error message: node and operator
  std::vector<TensorView> inputs;
  std::vector<HostTensor> outputs;  // with type and shape; the operator fills the data, which is all zero before

  std::int64_t integer(const char* key, std::int64_t fallback) const { return attributes.integer(key, fallback); }
  float number(const char* key, float fallback) const { return attributes.number(key, fallback); }
};

// A dimension that may be counted from the end. UserError if there is none.
std::size_t axis_of(const HostCall& call, std::int64_t axis, std::size_t rank);

// A tensor as `outer` times `size` times `inner` elements, `size` of them along one dimension.
struct Lines {
  std::size_t outer = 1, size = 1, inner = 1;
};
Lines lines_along(const Shape& shape, std::size_t axis);

// Calls f with a zero of the type. Bool is a byte that is 0 or 1.
template <typename F>
void for_element_type(ElementType type, F f) {
  switch (type) {
    case ElementType::kInt8:
      return f(std::int8_t{});
    case ElementType::kUint8:
    case ElementType::kBool:
      return f(std::uint8_t{});
    case ElementType::kInt32:
      return f(std::int32_t{});
    case ElementType::kInt64:
      return f(std::int64_t{});
    case ElementType::kFloat32:
      return f(float{});
  }
}

// Integers wrap, as everywhere in ONNX Runtime; unsigned arithmetic keeps that defined.
template <typename T>
T wrapped_sum(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return a + b;
  else
    return static_cast<T>(static_cast<std::make_unsigned_t<T>>(a) + static_cast<std::make_unsigned_t<T>>(b));
}
template <typename T>
T wrapped_product(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return a * b;
  else
    return static_cast<T>(static_cast<std::make_unsigned_t<T>>(a) * static_cast<std::make_unsigned_t<T>>(b));
}

using HostFunction = void (*)(HostCall&);

enum class Folding { kAllowed, kNever };

struct HostEntry {
  HostFunction function;
  std::vector<ElementType> types;  // that input 0 may have
  Folding folding;                 // whether the reader computes it once when all its inputs are constants
};

// Null if the host does not have the operator.
const HostEntry* find_host_operator(const std::string& name);
std::vector<std::string> host_operator_names();  // sorted
std::string host_operator_list();                // the same, comma separated

// By file: dnnl.cpp
void host_convolution(HostCall& call);
void host_matmul(HostCall& call);
void host_gemm(HostCall& call);
void host_softmax(HostCall& call);
void host_max_pool(HostCall& call);
void host_average_pool(HostCall& call);
void host_global_pool(HostCall& call);
void host_batch_normalization(HostCall& call);
// elementwise.cpp
void host_unary(HostCall& call);
void host_binary(HostCall& call);
void host_power(HostCall& call);
void host_cast(HostCall& call);
void host_quantize_linear(HostCall& call);
void host_dequantize_linear(HostCall& call);
void host_dynamic_quantize_linear(HostCall& call);
void host_qlinear_unary(HostCall& call);
void host_qlinear_binary(HostCall& call);
// movement.cpp
void host_copy(HostCall& call);
void host_transpose(HostCall& call);
void host_concat(HostCall& call);
void host_slice(HostCall& call);
void host_split(HostCall& call);
void host_pad(HostCall& call);
void host_gather(HostCall& call);
void host_expand(HostCall& call);
void host_constant_of_shape(HostCall& call);
void host_arg_max(HostCall& call);
void host_shape(HostCall& call);
// indexing.cpp
void host_gather_elements(HostCall& call);
void host_gather_nd(HostCall& call);
void host_scatter_elements(HostCall& call);
void host_scatter_nd(HostCall& call);
void host_one_hot(HostCall& call);
// ordering.cpp
void host_top_k(HostCall& call);
void host_cumulative_sum(HostCall& call);
void host_hard_max(HostCall& call);
void host_reverse_sequence(HostCall& call);
// reduction.cpp
void host_reduce(HostCall& call);
// logic.cpp
void host_compare(HostCall& call);
void host_not(HostCall& call);
void host_is_special(HostCall& call);
void host_where(HostCall& call);
// normalization.cpp
void host_lrn(HostCall& call);
void host_layer_normalization(HostCall& call);
void host_instance_normalization(HostCall& call);
// space.cpp
void host_resize(HostCall& call);
void host_grid_sample(HostCall& call);
void host_depth_space(HostCall& call);
void host_tile(HostCall& call);
void host_trilu(HostCall& call);
void host_eye_like(HostCall& call);
void host_range(HostCall& call);
// integer.cpp: quantized products whose weights or zero points are known at run time only
void host_conv_integer(HostCall& call);
void host_matmul_integer(HostCall& call);
void host_qlinear_conv(HostCall& call);
void host_qlinear_matmul(HostCall& call);
void host_qgemm(HostCall& call);
void host_qlinear_average_pool(HostCall& call);

}  // namespace systole
