// SPDX-License-Identifier: Apache-2.0
#include "onnx/reader.hpp"

#include "onnx/model_loader.hpp"
#include "onnx/normalise.hpp"

namespace systole {

Network read_network(const std::filesystem::path& file) {
  return normalise(load_model(file), file.string());
}

Network read_network(const std::string& bytes, const std::string& name) { return normalise(load_model(bytes, name), name); }

}  // namespace systole
