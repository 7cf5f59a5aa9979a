// SPDX-License-Identifier: Apache-2.0
//
// Whole files in and out, for the readers and writers of small formats.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include "support/error.hpp"
#include "support/output_file.hpp"

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

// Writes the file whole, or not at all (support/output_file.hpp). UserError if it cannot be written.
inline void write_whole_file(const std::filesystem::path& file, std::string_view bytes) {
  OutputFile(file).write(bytes);
}

}  // namespace systole
