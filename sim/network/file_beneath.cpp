// SPDX-License-Identifier: Apache-2.0
#include "network/file_beneath.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "network/message_text.hpp"
#include "support/error.hpp"

namespace systole {

namespace {

namespace fs = std::filesystem;

// A pipe without a writer does not wait.
constexpr int kReading = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

// As open: a descriptor, or -1 and errno. EXDEV: not beneath.
int open_by_kernel(int folder, const std::string& name) {
  open_how how = {};
  how.flags = static_cast<unsigned>(kReading);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(::syscall(SYS_openat2, folder, name.c_str(), &how, sizeof how));
}

int open_step_by_step(int folder, const std::string& name) {
  const fs::path path = fs::path(name).lexically_normal();
  int at = ::dup(folder);
  for (auto part = path.begin(); at >= 0 && part != path.end(); ++part) {
    const bool is_last = std::next(part) == path.end();
    const int next = ::openat(at, part->c_str(), O_NOFOLLOW | (is_last ? kReading : O_PATH | O_DIRECTORY | O_CLOEXEC));
    const int error = errno;
    ::close(at);
    errno = error;
    at = next;
  }
  return at;
}

// A link that leads nowhere is missing for the kernel, and a link step by step.
bool is_missing(int folder, const std::string& name) {
  const int descriptor = open_step_by_step(folder, name);
  const bool nothing_is_there = descriptor < 0 && errno == ENOENT;
  if (descriptor >= 0) ::close(descriptor);
  return nothing_is_there;
}

int open_beneath(int folder, const std::string& name, Resolution resolution) {
  const fs::path path = fs::path(name).lexically_normal();
  errno = EXDEV;
  if (path.is_absolute() || path.empty() || *path.begin() == "..") return -1;
  if (resolution == Resolution::kKernelIfPossible) {
    const int descriptor = open_by_kernel(folder, name);
    const bool is_unknown = descriptor < 0 && (errno == ENOSYS || errno == EPERM);  // EPERM: of a container's filter
    if (!is_unknown) return descriptor;
  }
  return open_step_by_step(folder, name);
}

}  // namespace

FileBeneath::FileBeneath(const fs::path& folder, const std::string& name, const std::string& what,
                         Resolution resolution)
    : what_(what + " is stored in " + in_quotes(name)) {
  const int beneath = ::open(folder.empty() ? "." : folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (beneath < 0) throw UserError(folder.string() + ": " + std::strerror(errno));
  descriptor_ = open_beneath(beneath, name, resolution);
  const int error = errno;
  const bool missing = descriptor_ < 0 && error == ENOENT && is_missing(beneath, name);
  ::close(beneath);
  if (missing) throw NoSuchFile(what_ + ": no such file");
  if (descriptor_ < 0) {
    if (error == EXDEV || error == ELOOP)
      throw UserError(what_ + ", which is outside of the network's folder, or a link to there");
    throw UserError(what_ + ": " + (error == ENOENT || error == ENOTDIR ? "no such file" : std::strerror(error)));
  }
  struct stat status = {};
  const bool is_known = ::fstat(descriptor_, &status) == 0;
  const auto refuse = [this](const std::string& why) {
    ::close(descriptor_);
    throw UserError(what_ + why);
  };
  if (!is_known || !S_ISREG(status.st_mode)) refuse(": it is no regular file");
  if (status.st_nlink > 1)
    refuse(fmt::format(": it has {} names (hard links), which may be outside of the network's folder; copy the file",
                       status.st_nlink));
  size_bytes_ = static_cast<std::uint64_t>(status.st_size);
}

FileBeneath::~FileBeneath() { ::close(descriptor_); }

void FileBeneath::check_range(std::uint64_t offset, std::uint64_t bytes) const {
  if (offset > size_bytes_ || bytes > size_bytes_ - offset)
    throw UserError(fmt::format("{}, {} bytes from {} on, but that has {} bytes", what_, bytes, offset, size_bytes_));
}

std::string FileBeneath::read(std::uint64_t offset, std::uint64_t bytes) const {
  check_range(offset, bytes);
  std::string data(bytes, '\0');
  for (std::uint64_t done = 0; done < bytes;) {
    const ssize_t count = ::pread(descriptor_, data.data() + done, bytes - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw UserError(what_ + ": cannot be read");
    done += static_cast<std::uint64_t>(count);
  }
  return data;
}

}  // namespace systole
