// SPDX-License-Identifier: Apache-2.0
#include "cli/output/tensor_writer.hpp"

#include <fmt/format.h>

#include <cctype>

#include "network/tensor_file.hpp"

namespace systole::cli {

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

void TensorWriter::write(const std::string& name, const HostTensor& tensor) {
  std::string file = file_name(name);
  for (int n = 2; !used_.insert(file).second; ++n) file = fmt::format("{}_{}", file_name(name), n);
  write_npy(folder_.path() / (file + ".npy"), tensor);
}

}  // namespace systole::cli
