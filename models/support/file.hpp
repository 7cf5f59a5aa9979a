// SPDX-License-Identifier: Apache-2.0
//
// Whole files in and out, for the readers and writers of small formats.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include "support/error.hpp"

namespace systole {

// A regular file, open for reading. UserError if it is missing, not a regular file, unreadable or larger than
// max_bytes.
inline std::ifstream open_whole_file(const std::filesystem::path& file, std::uint64_t max_bytes) {
  if (file.native().find('\0') != std::string::npos) throw UserError("a file name cannot contain a NUL byte");
  const auto fail = [&](const std::string& why) { throw UserError(file.string() + ": " + why); };
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (status.type() == std::filesystem::file_type::not_found) fail("no such file");
  if (error) fail("cannot be read: " + error.message());
  if (!std::filesystem::is_regular_file(status)) fail("not a regular file");
  const std::uint64_t size = std::filesystem::file_size(file, error);
  if (error) fail("cannot be read: " + error.message());
  if (size > max_bytes)
    fail("is " + std::to_string(size) + " bytes long: at most " + std::to_string(max_bytes) + " are allowed");
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) fail(std::string("cannot be opened: ") + std::strerror(errno));
  return in;
}

// Its bytes. UserError as for open_whole_file.
inline std::string read_whole_file(const std::filesystem::path& file, std::uint64_t max_bytes) {
  std::ifstream in = open_whole_file(file, max_bytes);
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(file, error);
  std::string bytes(error ? 0 : size, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (error || static_cast<std::uint64_t>(in.gcount()) != size)
    throw UserError(file.string() + ": cannot be read to its end");
  return bytes;
}

// UserError if the folder of a file to be written is missing. Called before the work, so that no result is lost. Does
// nothing if `file` is empty.
inline void check_folder(const std::filesystem::path& file) {
  std::error_code error;
  if (!file.has_parent_path() || std::filesystem::is_directory(file.parent_path(), error)) return;
  throw UserError(file.string() + ": cannot be written: no such folder");
}

// Writes under a temporary name in the same folder, then renames, so that the file is complete or absent. An existing
// device or pipe is written to directly and never replaced; a link is followed. UserError if the file cannot be written
// (no such folder, no permission, disk full).
inline void write_whole_file(const std::filesystem::path& file, std::string_view bytes) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);  // follows links
  const bool replace =
      status.type() == std::filesystem::file_type::not_found || status.type() == std::filesystem::file_type::regular;
  std::filesystem::path target = file;
  if (std::filesystem::is_symlink(file, error) && replace) {
    target = std::filesystem::weakly_canonical(file, error);
  }
  std::filesystem::path written = target;
  if (replace) written += ".tmp" + std::to_string(::getpid());
  const auto fail = [&](const std::string& why) {
    std::error_code ignored;
    if (replace) std::filesystem::remove(written, ignored);
    throw UserError(file.string() + ": cannot be written: " + why);
  };
  if (status.type() == std::filesystem::file_type::directory) fail("it is a folder");
  errno = 0;
  std::ofstream out(written, std::ios::binary | std::ios::trunc);
  if (!out) fail(std::strerror(errno));
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) fail(errno != 0 ? std::strerror(errno) : "write error");
  if (!replace) return;
  std::filesystem::rename(written, target, error);
  if (error) fail(error.message());
}

}  // namespace systole
