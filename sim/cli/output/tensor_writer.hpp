// SPDX-License-Identifier: Apache-2.0
//
// Tensors as .npy files in a folder.
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "network/host_tensor.hpp"

namespace systole::cli {

// UserError if the folder is not there and cannot be created.
void make_directory(const std::filesystem::path& directory);

// Each file is named after its tensor, without what a file system does not take; two tensors whose names become the same are told
// apart by a number.
class TensorWriter {
 public:
  // UserError as make_directory.
  explicit TensorWriter(std::filesystem::path directory);
  // UserError if the file cannot be written.
  void write(const std::string& name, const HostTensor& tensor);

 private:
  std::filesystem::path directory_;
  std::set<std::string> used_;
};

}  // namespace systole::cli
