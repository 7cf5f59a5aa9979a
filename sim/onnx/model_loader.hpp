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
#include <map>
#include <string>

#include "network/network.hpp"

namespace systole {

struct LoadOptions {
  std::map<std::string, Shape> shapes;  // of inputs, by name; needed where the file leaves dimensions open
};

// Weights in other files are read from the network's folder and those below it only. Errors: UserError, one line with file and node
// or tensor.
Network load_model(const std::filesystem::path& file, const LoadOptions& options = {});
// The same of a file's bytes; `name`, its path, starts error messages.
Network load_model(const std::string& bytes, const std::string& name);

}  // namespace systole
