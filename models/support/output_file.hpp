// SPDX-License-Identifier: Apache-2.0
//
// A file that a command writes its result to. It is opened before the work starts, so that a place that cannot be
// written is known then, and holds the whole result or what it held before.
#pragma once

#include <filesystem>
#include <string_view>

namespace systole {

// Written under a temporary name in the same folder, then renamed. The name is new: nobody else's file or link is
// written through. An existing device or pipe is written to directly and never replaced; a link to a file is followed.
class OutputFile {
 public:
  OutputFile() = default;  // of an option that was not given: write does nothing
  // UserError if the file cannot be written: no such folder, a folder of this name, no permission. None if `file` is
  // empty.
  explicit OutputFile(const std::filesystem::path& file);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) noexcept;
  // What was not written is removed; the file of before stays.
  ~OutputFile();

  explicit operator bool() const { return !file_.empty(); }
  const std::filesystem::path& path() const { return file_; }
  // Once. UserError if the bytes cannot be written (disk full): nothing is left of them.
  void write(std::string_view bytes);

 private:
  [[noreturn]] void fail(int error_number);

  std::filesystem::path file_, target_, temporary_;  // as given; behind links; empty for a device
  int descriptor_ = -1;
};

}  // namespace systole
