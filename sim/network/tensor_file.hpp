// SPDX-License-Identifier: Apache-2.0
//
// Tensors in files: NumPy's .npy (version 1 to 3, C order, little-endian; int8, uint8, int32, int64, float32, bool)
// and ONNX TensorProto (.pb).
#pragma once

#include <filesystem>
#include <string>

#include "network/host_tensor.hpp"

namespace systole {

// By extension, .npy or .pb. Errors (UserError): file and reason in one line.
HostTensor read_tensor_file(const std::filesystem::path& file);

// As read_tensor_file, and the tensor must have this type and shape: the error names the file, the tensor, and what
// was expected and found.
HostTensor read_tensor_file(const std::filesystem::path& file, const Tensor& expected);

// Writes to a temporary file beside `file` and renames it, so that a full disk leaves no half-written file. Errors
// (UserError): file and the system's reason.
void write_npy(const std::filesystem::path& file, const HostTensor& tensor);

}  // namespace systole
