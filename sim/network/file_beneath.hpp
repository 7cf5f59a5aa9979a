// SPDX-License-Identifier: Apache-2.0
//
// A file that another file names, in or below that one's folder. It is opened in one step and asked what it is afterwards, so nobody
// can put another file in its place between a check and the opening.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "support/error.hpp"

namespace systole {

// The kernel resolves the name (openat2, Linux 5.6 and later), or each folder on the way is opened by itself, and links are refused.
enum class Resolution { kKernelIfPossible, kStepByStep };

// Nothing stands at the place that the name means, not even a link that leads nowhere.
class NoSuchFile : public UserError {
 public:
  using UserError::UserError;
};

class FileBeneath {
 public:
  // `what` starts error messages. Errors (UserError): no such file (NoSuchFile); one that (with links followed) is not in or below
  // the folder; one with other names, too (hard links, which may be elsewhere). A folder, a pipe or a device is no file.
  FileBeneath(const std::filesystem::path& folder, const std::string& name, const std::string& what,
              Resolution resolution = Resolution::kKernelIfPossible);
  ~FileBeneath();
  FileBeneath(const FileBeneath&) = delete;
  FileBeneath& operator=(const FileBeneath&) = delete;

  std::uint64_t size_bytes() const { return size_bytes_; }
  // Errors (UserError): the file does not have so many.
  void check_range(std::uint64_t offset, std::uint64_t bytes) const;
  std::string read(std::uint64_t offset, std::uint64_t bytes) const;

 private:
  int descriptor_ = -1;
  std::uint64_t size_bytes_ = 0;
  std::string what_;  // with the file
};

}  // namespace systole
