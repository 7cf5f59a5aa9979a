// SPDX-License-Identifier: Apache-2.0
//
// First half of the reader: an ONNX file to a network whose nodes are the ONNX nodes one for one.
//
// Every node of the result is a HostOperator with the node's attributes. Shapes are known, names
// are resolved, nodes are sorted, constants are folded, and every operator is one that Systole has.
// An absent optional input is kNoTensor. The attributes of convolutions and pools are complete (see
// window.hpp). Inputs that must be constants (the limits of Clip, the axes of Squeeze, ...) have
// become attributes.
#pragma once

#include <filesystem>
#include <string>

#include "onnx/network.hpp"

namespace systole {

// Errors: UserError, one line with file and node or tensor.
Network load_model(const std::filesystem::path& file);
// The same of a file's bytes; `name` starts error messages.
Network load_model(const std::string& bytes, const std::string& name);

}  // namespace systole
