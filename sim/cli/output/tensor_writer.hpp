// SPDX-License-Identifier: Apache-2.0
//
// Tensors as .npy files in a folder.
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "cli/output/output_folder.hpp"
#include "network/host_tensor.hpp"

namespace systole::cli {

// Each file is named after its tensor, without what a file system does not take; two tensors whose names become the same
// are told apart by a number.
class TensorWriter {
 public:
  // The folder is there before the work starts, as OutputFolder says.
  explicit TensorWriter(const std::filesystem::path& directory) : folder_(directory) {}

  explicit operator bool() const { return bool(folder_); }
  // UserError if the file cannot be written.
  void write(const std::string& name, const HostTensor& tensor);

 private:
  OutputFolder folder_;
  std::set<std::string> used_;
};

}  // namespace systole::cli
