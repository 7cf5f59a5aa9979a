// SPDX-License-Identifier: Apache-2.0
//
// Tensors whose bytes lie in a file of their own, as exporters write large networks.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "network/network.hpp"
#include "network/onnx_proto.hpp"

namespace systole {

bool is_external(const onnx::TensorProto& proto);

// How a file holds the elements of a tensor, and the type that they become. Errors (UserError): an unsupported type.
struct StoredType {
  std::size_t element_bytes;
  ElementType becomes;
};
StoredType stored_type(const onnx::TensorProto& proto, const std::string& what);

// The tensor with the bytes of the file that it names, which are read only if they are as many as type and shape need. `what`
// starts error messages. Errors (UserError): another number of bytes, an unsupported type, files as FileBeneath. Of a missing file
// everything else was checked.
onnx::TensorProto with_external_data(const onnx::TensorProto& proto, const std::filesystem::path& network_file,
                                     const std::string& what);

}  // namespace systole
