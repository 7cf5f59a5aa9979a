// SPDX-License-Identifier: Apache-2.0
//
// First half of the reader: an ONNX file to the reader's graph (onnx_graph.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "onnx/onnx_graph.hpp"

namespace systole {

struct LoadOptions {
  std::map<std::string, Shape> shapes;  // of inputs, by name; needed where the file leaves dimensions open
  // Weights whose file is missing are drawn with this seed (weights/random_weights.hpp), and counted in the graph.
  std::optional<std::uint32_t> random_weights;
};

// Weights in other files are read from the network's folder and those below it only. Errors: UserError, one line with
// file and node or tensor.
OnnxGraph load_model(const std::filesystem::path& file, const LoadOptions& options = {});
// The same of a file's bytes; `name`, its path, starts error messages.
OnnxGraph load_model(const std::string& bytes, const std::string& name);

}  // namespace systole
