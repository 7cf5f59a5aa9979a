// SPDX-License-Identifier: Apache-2.0
#include "cli/output/output_folder.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "support/error.hpp"

namespace systole::cli {

namespace fs = std::filesystem;

OutputFolder::OutputFolder(fs::path path) : path_(std::move(path)) {
  if (path_.empty()) return;
  std::error_code error;
  created_ = fs::create_directories(path_, error);
  if (error) throw UserError(path_.string() + ": cannot be created: " + error.message());
  if (::access(path_.c_str(), W_OK | X_OK) != 0)
    throw UserError(path_.string() + ": cannot be written: " + std::strerror(errno));
}

OutputFolder::~OutputFolder() {
  std::error_code none;
  if (created_) fs::remove(path_, none);  // which an empty folder can be, and no other
}

}  // namespace systole::cli
