// SPDX-License-Identifier: Apache-2.0
#include "normalize/reader.hpp"

#include "normalize/normalize.hpp"
#include "onnx/model_loader.hpp"

namespace systole {

Network read_network(const std::filesystem::path& file) { return normalize(load_model(file), file.string()); }

Network read_network(const std::string& bytes, const std::string& name) {
  return normalize(load_model(bytes, name), name);
}

}  // namespace systole
