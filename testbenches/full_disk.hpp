// SPDX-License-Identifier: Apache-2.0
//
// While the object lives, no file of this process can grow beyond `bytes`: what a full disk does, without one.
#pragma once

#include <sys/resource.h>

#include <csignal>
#include <stdexcept>

namespace systole::test {

class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    if (::getrlimit(RLIMIT_FSIZE, &before_) != 0) throw std::runtime_error("no limit of the size of files");
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit small = before_;
    small.rlim_cur = bytes;
    if (::setrlimit(RLIMIT_FSIZE, &small) != 0) throw std::runtime_error("the size of files cannot be limited");
  }
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_ = {};
};

}  // namespace systole::test
