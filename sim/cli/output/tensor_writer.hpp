// SPDX-License-Identifier: Apache-2.0
//
// Tensors as .npy files in a folder.
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "network/host_tensor.hpp"

namespace systole::cli {

// Each file is named after its tensor, without what a file system does not take; two tensors whose names become the same
// are told apart by a number.
class TensorWriter {
 public:
  // Creates the folder if need be, before the work starts. UserError if it is not there and cannot be created, or cannot
  // be written into. No folder, and nothing to write, for an empty name.
  explicit TensorWriter(std::filesystem::path directory);
  // Removes a folder that was created and got no file.
  ~TensorWriter();
  TensorWriter(const TensorWriter&) = delete;
  TensorWriter& operator=(const TensorWriter&) = delete;

  explicit operator bool() const { return !directory_.empty(); }
  // UserError if the file cannot be written.
  void write(const std::string& name, const HostTensor& tensor);

 private:
  std::filesystem::path directory_;
  bool created_ = false;
  std::set<std::string> used_;
};

}  // namespace systole::cli
