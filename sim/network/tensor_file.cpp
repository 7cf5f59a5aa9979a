// SPDX-License-Identifier: Apache-2.0
#include "network/tensor_file.hpp"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <cctype>
#include <optional>
#include <string_view>

#include "network/message_text.hpp"
#include "network/tensor_proto.hpp"
#include "support/error.hpp"
#include "support/file.hpp"

namespace systole {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

// The header of a .npy file is a Python dictionary literal with exactly the keys descr, fortran_order and shape, for
// example {'descr': '<f4', 'fortran_order': False, 'shape': (1, 28), }
class NpyHeaderParser {
 public:
  NpyHeaderParser(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}

  struct Header {
    std::string descr;
    bool fortran_order = false;
    Shape shape;
  };

  Header parse() {
    std::optional<std::string> descr;
    std::optional<bool> fortran_order;
    std::optional<Shape> shape;
    expect('{');
    while (!accept('}')) {
      const std::string key = string();
      expect(':');
      if (key == "descr" && !descr) {
        descr = string();
      } else if (key == "fortran_order" && !fortran_order) {
        fortran_order = boolean();
      } else if (key == "shape" && !shape) {
        shape = tuple();
      } else {
        fail("has an unknown or repeated header key " + in_quotes(key));
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (at_ != text_.size()) fail("has text behind its header dictionary");
    if (!descr || !fortran_order || !shape) fail("lacks one of the header keys descr, fortran_order, shape");
    return {*descr, *fortran_order, *shape};
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    throw UserError(fmt::format("{}: the .npy file {}", file_, reason));
  }
  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool accept(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail(fmt::format("has a malformed header: '{}' expected at character {}", c, at_));
  }
  std::string string() {
    skip_space();
    if (at_ >= text_.size() || (text_[at_] != '\'' && text_[at_] != '"'))
      fail("has a malformed header: a string was expected");
    const char quote = text_[at_++];
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) fail("has a malformed header: a string does not end");
    const std::string value(text_.substr(at_, end - at_));
    at_ = end + 1;
    return value;
  }
  bool boolean() {
    skip_space();
    for (const auto& [word, value] : {std::pair<std::string_view, bool>{"True", true}, {"False", false}}) {
      if (text_.substr(at_, word.size()) == word) {
        at_ += word.size();
        return value;
      }
    }
    fail("has a malformed header: True or False was expected");
  }
  Shape tuple() {
    Shape shape;
    expect('(');
    while (!accept(')')) {
      skip_space();
      std::int64_t value = 0;
      std::size_t digits = 0;
      while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_]))) {
        value = value * 10 + (text_[at_++] - '0');
        if (++digits > 15) fail("has a dimension of more than 15 digits");
      }
      if (digits == 0) fail("has a malformed shape");
      if (shape.size() == 32) fail("has more than 32 dimensions");
      shape.push_back(value);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return shape;
  }

  std::string_view text_;
  std::string file_;
  std::size_t at_ = 0;
};

ElementType npy_type(const std::string& descr, const std::string& file) {
  if (descr == "|i1" || descr == "<i1" || descr == "i1") return ElementType::kInt8;
  if (descr == "|u1" || descr == "<u1" || descr == "u1") return ElementType::kUint8;
  if (descr == "|b1") return ElementType::kBool;
  if (descr == "<i4") return ElementType::kInt32;
  if (descr == "<i8") return ElementType::kInt64;
  if (descr == "<f4") return ElementType::kFloat32;
  throw UserError(fmt::format("{}: the .npy file has the element type {}; supported are |i1, |u1, |b1, <i4, <i8, <f4",
                              file, in_quotes(descr)));
}

const char* npy_descr(ElementType type) {
  switch (type) {
    case ElementType::kInt8:
      return "|i1";
    case ElementType::kUint8:
      return "|u1";
    case ElementType::kBool:
      return "|b1";
    case ElementType::kInt32:
      return "<i4";
    case ElementType::kInt64:
      return "<i8";
    case ElementType::kFloat32:
      return "<f4";
  }
  throw InternalError("invariant broken: an element type has a NumPy name");
}

HostTensor read_npy(const std::filesystem::path& path) {
  const std::string file = path.string();
  const std::string bytes = read_whole_file(path, kMaxTensorBytes - 1);
  if (bytes.size() < 10 || std::string_view(bytes).substr(0, kMagic.size()) != kMagic) {
    throw UserError(file + ": not a .npy file (its first bytes are not \\x93NUMPY)");
  }
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
  const std::size_t version = byte(6);
  if (version < 1 || version > 3)
    throw UserError(fmt::format("{}: the .npy file has version {}; supported are 1 to 3", file, version));
  const std::size_t prefix = version == 1 ? 10 : 12;
  if (bytes.size() < prefix) throw UserError(file + ": the .npy file ends inside its header");
  std::size_t header_bytes = byte(8) | byte(9) << 8;
  if (version > 1) header_bytes |= byte(10) << 16 | byte(11) << 24;
  if (header_bytes > bytes.size() - prefix) throw UserError(file + ": the .npy file ends inside its header");

  const auto header = NpyHeaderParser(std::string_view(bytes).substr(prefix, header_bytes), file).parse();
  HostTensor tensor{npy_type(header.descr, file), header.shape, {}};
  check_tensor_size(file + ": the .npy file's tensor", tensor.type, tensor.shape);
  if (header.fortran_order && tensor.shape.size() > 1) {
    throw UserError(file + ": the .npy file is in Fortran order; save it with numpy.ascontiguousarray");
  }
  const std::size_t expected = static_cast<std::size_t>(element_count(tensor.shape)) * element_bytes(tensor.type);
  const std::size_t found = bytes.size() - prefix - header_bytes;
  if (found != expected) {
    throw UserError(fmt::format("{}: the .npy file has {} bytes of data, {} {} needs {}", file, found,
                                element_name(tensor.type), shape_text(tensor.shape), expected));
  }
  tensor.data.assign(bytes.end() - static_cast<std::ptrdiff_t>(found), bytes.end());
  return tensor;
}

HostTensor read_pb(const std::filesystem::path& path) {
  const std::string bytes = read_whole_file(path, kMaxTensorBytes - 1);
  onnx::TensorProto proto;
  if (bytes.empty() || !proto.ParseFromString(bytes)) throw UserError(path.string() + ": not an ONNX TensorProto");
  return tensor_from_proto(proto, path.string() + ": the tensor " + in_quotes(proto.name()));
}

}  // namespace

HostTensor read_tensor_file(const std::filesystem::path& file) {
  if (file.extension() == ".npy") return read_npy(file);
  if (file.extension() == ".pb") return read_pb(file);
  throw UserError(file.string() + ": unknown tensor file; supported are .npy and .pb");
}

HostTensor read_tensor_file(const std::filesystem::path& file, const Tensor& expected) {
  HostTensor tensor = read_tensor_file(file);
  if (tensor.type != expected.type || tensor.shape != expected.shape) {
    throw UserError(fmt::format("{}: tensor {} must be {} {}, the file holds {} {}", file.string(),
                                in_quotes(expected.name), element_name(expected.type), shape_text(expected.shape),
                                element_name(tensor.type), shape_text(tensor.shape)));
  }
  return tensor;
}

void write_npy(const std::filesystem::path& file, const HostTensor& tensor) {
  invariant(tensor.data.size() == static_cast<std::size_t>(element_count(tensor.shape)) * element_bytes(tensor.type),
            "a tensor's data has the size of its shape");
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", npy_descr(tensor.type),
                  fmt::join(tensor.shape, ", "), tensor.shape.size() == 1 ? "," : "");
  // The format wants the data aligned to 64 bytes and a newline before it.
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';
  const std::string prefix = std::string(kMagic) + '\x01' + '\0' + static_cast<char>(header.size() & 0xff) +
                             static_cast<char>(header.size() >> 8);

  std::string bytes = prefix + header;
  bytes.append(reinterpret_cast<const char*>(tensor.data.data()), tensor.data.size());
  write_whole_file(file, bytes);
}

}  // namespace systole
