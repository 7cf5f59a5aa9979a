// SPDX-License-Identifier: Apache-2.0
#include "cli/output/tensor_writer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "network/tensor_file.hpp"
#include "support/error.hpp"

namespace systole::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLongestName = 200;

std::string file_name(const std::string& tensor) {
  std::string name;
  for (const unsigned char c : tensor)
    name += std::isalnum(c) || c == '_' || c == '-' || (c == '.' && !name.empty()) ? static_cast<char>(c) : '_';
  if (name.empty()) name = "tensor";
  return name.substr(0, kLongestName);
}

}  // namespace

TensorWriter::TensorWriter(fs::path directory) : directory_(std::move(directory)) {
  if (directory_.empty()) return;
  std::error_code error;
  created_ = fs::create_directories(directory_, error);
  if (error) throw UserError(directory_.string() + ": cannot be created: " + error.message());
  if (::access(directory_.c_str(), W_OK | X_OK) != 0)
    throw UserError(directory_.string() + ": cannot be written: " + std::strerror(errno));
}

TensorWriter::~TensorWriter() {
  std::error_code none;
  if (created_) fs::remove(directory_, none);  // which an empty folder can be, and no other
}

void TensorWriter::write(const std::string& name, const HostTensor& tensor) {
  std::string file = file_name(name);
  for (int n = 2; !used_.insert(file).second; ++n) file = fmt::format("{}_{}", file_name(name), n);
  write_npy(directory_ / (file + ".npy"), tensor);
}

}  // namespace systole::cli
