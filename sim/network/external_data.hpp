// SPDX-License-Identifier: Apache-2.0
//
// Tensors whose bytes lie in a file of their own, as exporters write large networks.
#pragma once

#include <filesystem>
#include <string>

#include "network/onnx_proto.hpp"

namespace systole {

bool is_external(const onnx::TensorProto& proto);

// The tensor with the bytes of the file that it names. `what` starts error messages. Errors (UserError): a file that is
// missing, shorter than needed, or (with links followed) not in or below the network's folder.
onnx::TensorProto with_external_data(const onnx::TensorProto& proto, const std::filesystem::path& network_file,
                                     const std::string& what);

}  // namespace systole
