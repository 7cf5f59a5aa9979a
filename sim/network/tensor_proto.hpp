// SPDX-License-Identifier: Apache-2.0
//
// ONNX TensorProto to HostTensor.
#pragma once

#include <optional>
#include <string>

#include "network/host_tensor.hpp"
#include "network/onnx_proto.hpp"

namespace systole {

// The element type for an ONNX data type number; empty for types that Systole does not have (float16, double,
// strings).
std::optional<ElementType> element_type_of(int onnx_data_type);
int onnx_data_type_of(ElementType type);
std::string onnx_data_type_name(int onnx_data_type);

// float16 or bfloat16, which become float32 (onnx/expansion/half_floats.hpp).
bool is_half_float(int onnx_data_type);

// Errors (UserError): Systole does not have the type.
ElementType supported_type(const onnx::TensorProto& proto, const std::string& what);

// `what` names file and tensor and starts every message. Errors (UserError): unsupported type, external data, a
// segment, negative or huge dimensions, values that do not match the shape or do not fit the type.
HostTensor tensor_from_proto(const onnx::TensorProto& proto, const std::string& what);

}  // namespace systole
