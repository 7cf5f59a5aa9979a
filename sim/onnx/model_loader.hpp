// SPDX-License-Identifier: Apache-2.0
//
// First half of the reader: an ONNX file to the reader's graph (onnx_graph.hpp).
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "onnx/onnx_graph.hpp"

namespace systole {

struct LoadOptions {
  std::map<std::string, Shape> shapes;  // of inputs, by name; needed where the file leaves dimensions open
};

// Weights in other files are read from the network's folder and those below it only. Errors: UserError, one line with
// file and node or tensor.
OnnxGraph load_model(const std::filesystem::path& file, const LoadOptions& options = {});
// The same of a file's bytes; `name`, its path, starts error messages.
OnnxGraph load_model(const std::string& bytes, const std::string& name);

}  // namespace systole
