// SPDX-License-Identifier: Apache-2.0
#include "network/tensor_proto.hpp"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <limits>

#include "network/message_text.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

// ONNX keeps the small integer types one value per int32 in `int32_data`.
template <typename T, typename Field>
void copy_values(const Field& field, const std::string& what, HostTensor& tensor) {
  const std::size_t count = static_cast<std::size_t>(element_count(tensor.shape));
  if (static_cast<std::size_t>(field.size()) != count) {
    throw UserError(
        fmt::format("{} has {} values, its shape {} needs {}", what, field.size(), shape_text(tensor.shape), count));
  }
  tensor.data.resize(count * sizeof(T));
  T* out = elements<T>(tensor);
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = field.Get(static_cast<int>(i));
    out[i] = static_cast<T>(value);
    if constexpr (std::numeric_limits<T>::is_integer) {
      if (static_cast<std::int64_t>(out[i]) != static_cast<std::int64_t>(value)) {
        throw UserError(
            fmt::format("{} has the value {} at {}, outside {}", what, value, i, element_name(tensor.type)));
      }
    }
  }
}

}  // namespace

std::optional<ElementType> element_type_of(int onnx_data_type) {
  switch (onnx_data_type) {
    case onnx::TensorProto::INT8:
      return ElementType::kInt8;
    case onnx::TensorProto::UINT8:
      return ElementType::kUint8;
    case onnx::TensorProto::INT32:
      return ElementType::kInt32;
    case onnx::TensorProto::INT64:
      return ElementType::kInt64;
    case onnx::TensorProto::FLOAT:
      return ElementType::kFloat32;
    case onnx::TensorProto::BOOL:
      return ElementType::kBool;
    default:
      return std::nullopt;
  }
}

int onnx_data_type_of(ElementType type) {
  switch (type) {
    case ElementType::kInt8:
      return onnx::TensorProto::INT8;
    case ElementType::kUint8:
      return onnx::TensorProto::UINT8;
    case ElementType::kInt32:
      return onnx::TensorProto::INT32;
    case ElementType::kInt64:
      return onnx::TensorProto::INT64;
    case ElementType::kFloat32:
      return onnx::TensorProto::FLOAT;
    case ElementType::kBool:
      return onnx::TensorProto::BOOL;
  }
  throw InternalError("invariant broken: an element type has an ONNX number");
}

std::string onnx_data_type_name(int onnx_data_type) {
  if (!onnx::TensorProto::DataType_IsValid(onnx_data_type)) return fmt::format("number {}", onnx_data_type);
  return onnx::TensorProto::DataType_Name(static_cast<onnx::TensorProto::DataType>(onnx_data_type));
}

bool is_half_float(int onnx_data_type) {
  return onnx_data_type == onnx::TensorProto::FLOAT16 || onnx_data_type == onnx::TensorProto::BFLOAT16;
}

ElementType supported_type(const onnx::TensorProto& proto, const std::string& what) {
  if (const auto type = element_type_of(proto.data_type())) return *type;
  throw UserError(fmt::format("{} has the element type {}; supported are int8, uint8, int32, int64, float32, bool",
                              what, onnx_data_type_name(proto.data_type())));
}

HostTensor tensor_from_proto(const onnx::TensorProto& proto, const std::string& what) {
  const ElementType type = supported_type(proto, what);
  if (proto.has_segment()) throw UserError(what + " is stored in segments, which is not supported");
  if (proto.data_location() == onnx::TensorProto::EXTERNAL || proto.external_data_size() > 0) {
    throw UserError(what + " is stored in an external file, which is not supported here");
  }
  HostTensor tensor{type, Shape(proto.dims().begin(), proto.dims().end()), {}};
  check_tensor_size(what, type, tensor.shape);

  if (proto.has_raw_data()) {
    const std::string& raw = proto.raw_data();
    const std::size_t expected = static_cast<std::size_t>(element_count(tensor.shape)) * element_bytes(type);
    if (raw.size() != expected) {
      throw UserError(fmt::format("{} has {} bytes of raw data, {} {} needs {}", what, raw.size(), element_name(type),
                                  shape_text(tensor.shape), expected));
    }
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(raw.data());
    tensor.data.assign(bytes, bytes + raw.size());
    if (type == ElementType::kBool) {
      for (std::uint8_t& value : tensor.data) value = value != 0;
    }
    return tensor;
  }
  switch (type) {
    case ElementType::kInt8:
      copy_values<std::int8_t>(proto.int32_data(), what, tensor);
      break;
    case ElementType::kUint8:
      copy_values<std::uint8_t>(proto.int32_data(), what, tensor);
      break;
    case ElementType::kBool:
      copy_values<bool>(proto.int32_data(), what, tensor);
      break;
    case ElementType::kInt32:
      copy_values<std::int32_t>(proto.int32_data(), what, tensor);
      break;
    case ElementType::kInt64:
      copy_values<std::int64_t>(proto.int64_data(), what, tensor);
      break;
    case ElementType::kFloat32:
      copy_values<float>(proto.float_data(), what, tensor);
      break;
  }
  return tensor;
}

}  // namespace systole
