// SPDX-License-Identifier: Apache-2.0
//
// A folder that a command writes its results into.
#pragma once

#include <filesystem>

namespace systole::cli {

class OutputFolder {
 public:
  // Creates the folder if need be, before the work starts. UserError if it is not there and cannot be created, or cannot
  // be written into. No folder for an empty name.
  explicit OutputFolder(std::filesystem::path path);
  // Removes a folder that was created and got no file.
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  explicit operator bool() const { return !path_.empty(); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  bool created_ = false;
};

}  // namespace systole::cli
