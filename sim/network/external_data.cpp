// SPDX-License-Identifier: Apache-2.0
#include "network/external_data.hpp"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <charconv>
#include <cstdint>
#include <optional>

#include "network/file_beneath.hpp"
#include "network/message_text.hpp"
#include "network/tensor_proto.hpp"
#include "support/error.hpp"

namespace systole {

bool is_external(const onnx::TensorProto& proto) {
  return proto.data_location() == onnx::TensorProto::EXTERNAL || proto.external_data_size() > 0;
}

StoredType stored_type(const onnx::TensorProto& proto, const std::string& what) {
  if (is_half_float(proto.data_type())) return {2, ElementType::kFloat32};
  const ElementType type = supported_type(proto, what);
  return {element_bytes(type), type};
}

onnx::TensorProto with_external_data(const onnx::TensorProto& proto, const std::filesystem::path& network_file,
                                     const std::string& what) {
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
  const StoredType type = stored_type(proto, what);
  const Shape shape(proto.dims().begin(), proto.dims().end());
  check_tensor_size(what, type.becomes, shape);
  const std::uint64_t needed = static_cast<std::uint64_t>(element_count(shape)) * type.element_bytes;

  const auto check_bytes = [&](std::uint64_t given) {
    if (given != needed)
      throw UserError(fmt::format("{} is stored in {} bytes of {}, {} {} needs {}", what, given, in_quotes(location),
                                  is_half_float(proto.data_type()) ? "half float" : element_name(type.becomes),
                                  shape_text(shape), needed));
  };

  std::optional<FileBeneath> file;
  try {
    file.emplace(network_file.parent_path(), location, what);
  } catch (const NoSuchFile&) {
    check_bytes(length.value_or(needed));
    throw;
  }
  file->check_range(offset, length.value_or(0));
  check_bytes(length.value_or(file->size_bytes() - offset));
  onnx::TensorProto result = proto;
  result.clear_external_data();
  result.set_data_location(onnx::TensorProto::DEFAULT);
  *result.mutable_raw_data() = file->read(offset, needed);
  return result;
}

}  // namespace systole
