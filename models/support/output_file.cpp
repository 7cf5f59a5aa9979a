// SPDX-License-Identifier: Apache-2.0
#include "support/output_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <random>
#include <string>
#include <system_error>
#include <utility>

#include "support/error.hpp"

namespace systole {

namespace fs = std::filesystem;

namespace {

// A new file beside `target`; -1 and errno if there can be none.
int create_beside(const fs::path& target, fs::path& name) {
  constexpr int kAttempts = 100;
  constexpr mode_t kMode = 0666;  // less the process's mask
  std::random_device random;
  int descriptor = -1;
  for (int i = 0; i < kAttempts && descriptor < 0; ++i) {
    name = target;
    name += ".tmp" + std::to_string(random());
    descriptor = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kMode);
    if (descriptor < 0 && errno != EEXIST) break;
  }
  return descriptor;
}

}  // namespace

OutputFile::OutputFile(const fs::path& file) : file_(file), target_(file) {
  if (file.empty()) return;
  if (file.native().find('\0') != std::string::npos) throw UserError("a file name cannot contain a NUL byte");
  std::error_code none;
  const fs::file_status status = fs::status(file, none);  // follows links
  if (status.type() == fs::file_type::directory) fail(EISDIR);
  if (status.type() == fs::file_type::not_found || status.type() == fs::file_type::regular) {
    if (fs::is_symlink(file, none)) target_ = fs::weakly_canonical(file, none);
    descriptor_ = create_beside(target_, temporary_);
    if (descriptor_ < 0) temporary_.clear();
  } else {
    descriptor_ = ::open(file.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC);
  }
  if (descriptor_ < 0) fail(errno);
}

OutputFile::OutputFile(OutputFile&& other) noexcept { *this = std::move(other); }

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(target_, other.target_);
  std::swap(temporary_, other.temporary_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void OutputFile::fail(int error_number) {
  throw UserError(file_.string() +
                  ": cannot be written: " + (error_number == EISDIR ? "it is a folder" : std::strerror(error_number)));
}

void OutputFile::write(std::string_view bytes) {
  if (!*this) return;
  invariant(descriptor_ >= 0, "an output file is written once");
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) fail(errno);
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::close(std::exchange(descriptor_, -1)) != 0) fail(errno);
  if (temporary_.empty()) return;
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail(errno);
  temporary_.clear();
}

}  // namespace systole
