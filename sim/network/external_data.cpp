// SPDX-License-Identifier: Apache-2.0
#include "network/external_data.hpp"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <charconv>
#include <cstdint>
#include <fstream>
#include <optional>

#include "network/message_text.hpp"
#include "network/tensor_proto.hpp"
#include "support/error.hpp"

namespace systole {

bool is_external(const onnx::TensorProto& proto) {
  return proto.data_location() == onnx::TensorProto::EXTERNAL || proto.external_data_size() > 0;
}

onnx::TensorProto with_external_data(const onnx::TensorProto& proto, const std::filesystem::path& network_file,
                                     const std::string& what) {
  namespace fs = std::filesystem;
  std::string location;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;
  for (const auto& entry : proto.external_data()) {
    const auto number = [&] {
      std::uint64_t value = 0;
      const char* end = entry.value().data() + entry.value().size();
      const auto [at, error] = std::from_chars(entry.value().data(), end, value);
      if (error != std::errc() || at != end)
        throw UserError(fmt::format("{}: {} of its external data is {}, no number", what, first_line(entry.key()),
                                    in_quotes(entry.value())));
      return value;
    };
    if (entry.key() == "location") location = entry.value();
    if (entry.key() == "offset") offset = number();
    if (entry.key() == "length") length = number();
  }
  if (location.empty() || location.find('\0') != std::string::npos)
    throw UserError(what + " is stored in an external file without a name");
  std::error_code error;
  const fs::path folder = fs::weakly_canonical(fs::absolute(network_file).parent_path(), error);
  const fs::path file = fs::weakly_canonical(folder / location, error);
  const fs::path below = file.lexically_relative(folder);
  if (fs::path(location).is_absolute() || below.empty() || *below.begin() == "..")
    throw UserError(
        fmt::format("{} is stored in {}, which is outside of the network's folder", what, in_quotes(location)));
  const auto status = fs::status(file, error);
  if (!fs::is_regular_file(status))
    throw UserError(fmt::format("{} is stored in {}: no such file", what, in_quotes(location)));
  const std::uint64_t size = fs::file_size(file, error);
  if (offset > size || (length && *length > size - offset))
    throw UserError(fmt::format("{} is stored in {}, {} bytes from {} on, but that has {} bytes", what,
                                in_quotes(location), length ? std::to_string(*length) : "some", offset, size));
  const std::uint64_t bytes = length.value_or(size - offset);
  if (bytes >= kMaxTensorBytes)
    throw UserError(fmt::format("{} is stored in {}: {} bytes are too many", what, in_quotes(location), bytes));
  onnx::TensorProto result = proto;
  result.clear_external_data();
  result.set_data_location(onnx::TensorProto::DEFAULT);
  std::string& raw = *result.mutable_raw_data();
  raw.resize(bytes);
  std::ifstream in(file, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(offset));
  in.read(raw.data(), static_cast<std::streamsize>(bytes));
  if (static_cast<std::uint64_t>(in.gcount()) != bytes)
    throw UserError(fmt::format("{}: {} cannot be read", what, in_quotes(location)));
  return result;
}

}  // namespace systole
