// SPDX-License-Identifier: Apache-2.0
#include "network/tensor_file.hpp"

#include <onnx/onnx_pb.h>

#include <fstream>

#include "catch.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"
#include "support/error.hpp"

namespace fs = std::filesystem;
using namespace systole;
using namespace systole::test;

namespace {

std::string read_all(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_all(const fs::path& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

std::string npy(const std::string& header, const std::string& data) {
  std::string bytes = std::string("\x93NUMPY\x01") + '\0';
  bytes += static_cast<char>(header.size() & 0xff);
  bytes += static_cast<char>(header.size() >> 8);
  return bytes + header + data;
}

std::string refusal(const fs::path& file) {
  try {
    read_tensor_file(file);
  } catch (const UserError& error) {
    const std::string message = error.what();
    CHECK(message.rfind(file.string() + ": ", 0) == 0);
    CHECK(message.find('\n') == std::string::npos);
    return message;
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a .npy file that was written reads back, for every type and rank") {
  const TemporaryFolder folder;
  std::mt19937 random(1);
  for (ElementType type :
       {ElementType::kInt8, ElementType::kUint8, ElementType::kInt32, ElementType::kInt64, ElementType::kFloat32}) {
    for (const Shape& shape : {Shape{}, Shape{5}, Shape{2, 3}, Shape{1, 2, 3, 4}, Shape{0, 4}}) {
      HostTensor tensor = make_host_tensor(type, shape);
      for (std::uint8_t& byte : tensor.data) byte = static_cast<std::uint8_t>(random());
      const fs::path file = folder.file("t.npy");
      write_npy(file, tensor);
      const HostTensor back = read_tensor_file(file);
      CHECK(back.type == type);
      CHECK(back.shape == shape);
      CHECK(back.data == tensor.data);
      CHECK((read_all(file).size() - tensor.data.size()) % 64 == 0);
    }
  }
}

TEST_CASE("a .npy file as NumPy writes it is read") {
  const TemporaryFolder folder;
  const fs::path file = folder.file("t.npy");
  write_all(file, npy("{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }                   "
                      "           \n",
                      std::string("\1\0\0\0\xff\xff\xff\xff", 8)));
  const HostTensor tensor = read_tensor_file(file);
  CHECK(tensor.shape == Shape{2});
  CHECK(integers_of(tensor) == std::vector<int>{1, -1});
}

TEST_CASE("a .npy file that is wrong is refused with its reason") {
  const TemporaryFolder folder;
  const fs::path file = folder.file("t.npy");
  const auto refused = [&](const std::string& bytes) {
    write_all(file, bytes);
    return refusal(file);
  };
  const std::string good = "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }\n";
  CHECK(refused(npy(good, "abc")) == "accepted");
  CHECK_THAT(refused(npy(good, "ab")), Contains("2 bytes of data, uint8 [3] needs 3"));
  CHECK_THAT(refused(npy(good, "abcd")), Contains("4 bytes of data"));
  CHECK_THAT(refused(""), Contains("not a .npy file"));
  CHECK_THAT(refused("\x93NUMPY"), Contains("not a .npy file"));
  CHECK_THAT(refused(npy(good, "abc").substr(0, 30)), Contains("ends inside its header"));
  CHECK_THAT(refused(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }", "")),
             Contains("element type '<f8'"));
  CHECK_THAT(refused(npy("{'descr': '<i4', 'fortran_order': True, 'shape': (1, 1), }", "abcd")),
             Contains("Fortran order"));
  CHECK_THAT(refused(npy("{'descr': '|u1', 'shape': (3,), }", "abc")), Contains("lacks one of the header keys"));
  CHECK_THAT(refused(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (-3,), }", "abc")),
             Contains("malformed shape"));
  CHECK_THAT(refused(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999, 99999999999), }", "abc")),
             Contains("too large"));
  CHECK_THAT(refused(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (0, 99999999999, 99999999999), }", "")),
             Contains("too large"));
  CHECK_THAT(refused(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (9999999999999999999,), }", "abc")),
             Contains("15 digits"));
  CHECK_THAT(refused(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (3,), 'evil': 1}", "abc")),
             Contains("unknown"));
  CHECK_THAT(refused(npy("{'descr': '|u1", "abc")), Contains("does not end"));
  std::string version = npy(good, "abc");
  version[6] = 9;
  CHECK_THAT(refused(version), Contains("version 9"));
  CHECK_THAT(refusal(folder.file("absent.npy")), Contains("no such file"));
  CHECK_THAT(refusal(folder.file("tensor.txt")), Contains("unknown tensor file"));
  fs::create_directory(folder.file("folder.npy"));
  CHECK_THAT(refusal(folder.file("folder.npy")), Contains("not a regular file"));
}

TEST_CASE("a tensor of the wrong type or shape is refused with both") {
  const TemporaryFolder folder;
  const fs::path file = folder.file("t.npy");
  write_npy(file, float_tensor({2, 2}, {1, 2, 3, 4}));
  CHECK_NOTHROW(read_tensor_file(file, {"x", ElementType::kFloat32, {2, 2}, {}, false}));
  const auto refused = [&](ElementType type, const Shape& shape) {
    try {
      read_tensor_file(file, {"x", type, shape, {}, false});
    } catch (const UserError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  CHECK(refused(ElementType::kFloat32, {4}) ==
        file.string() + ": tensor 'x' must be float32 [4], the file holds float32 [2,2]");
  CHECK_THAT(refused(ElementType::kInt8, {2, 2}), Contains("must be int8 [2,2], the file holds float32 [2,2]"));
}

TEST_CASE("a TensorProto file is read, values in either field") {
  const TemporaryFolder folder;
  const fs::path file = folder.file("t.pb");
  onnx::TensorProto proto;
  proto.set_name("t");
  proto.add_dims(2);
  proto.set_data_type(onnx::TensorProto::INT8);
  proto.add_int32_data(-1);
  proto.add_int32_data(127);
  write_all(file, proto.SerializeAsString());
  CHECK(integers_of(read_tensor_file(file)) == std::vector<int>{-1, 127});
  proto.set_int32_data(0, 200);
  write_all(file, proto.SerializeAsString());
  CHECK_THAT(refusal(file), Contains("the value 200 at 0, outside int8"));
  proto.clear_int32_data();
  proto.set_raw_data("\1");
  write_all(file, proto.SerializeAsString());
  CHECK_THAT(refusal(file), Contains("1 bytes of raw data, int8 [2] needs 2"));
  proto.set_data_location(onnx::TensorProto::EXTERNAL);
  write_all(file, proto.SerializeAsString());
  CHECK_THAT(refusal(file), Contains("external file"));
  proto.clear_data_location();
  proto.set_data_type(onnx::TensorProto::DOUBLE);
  write_all(file, proto.SerializeAsString());
  CHECK_THAT(refusal(file), Contains("element type DOUBLE"));
  write_all(file, "\xff\xff\xff");
  CHECK_THAT(refusal(file), Contains("not an ONNX TensorProto"));
}

TEST_CASE("a file that cannot be written is an error that leaves nothing behind") {
  const TemporaryFolder folder;
  const HostTensor tensor = float_tensor({1}, {1});
  CHECK_THROWS_AS(write_npy(folder.file("absent") / "t.npy", tensor), UserError);
  fs::create_directory(folder.file("t.npy"));
  fs::create_directory(folder.file("t.npy") / "full");
  CHECK_THROWS_AS(write_npy(folder.file("t.npy"), tensor), UserError);
  std::size_t entries = 0;
  for (const auto& entry : fs::directory_iterator(folder.file("t.npy").parent_path())) entries += entry.exists();
  CHECK(entries == 1);
}

TEST_CASE("a full disk is an error") {
  if (!fs::is_character_file("/dev/full")) {
    WARN("skipped: /dev/full is absent");
    return;
  }
  const TemporaryFolder folder;
  const fs::path file = folder.file("t.npy");
  fs::create_symlink("/dev/full", file);
  CHECK_THROWS_WITH(write_npy(file, float_tensor({1000}, std::vector<float>(1000))),
                    Contains(file.string()) && Contains("space"));
  CHECK(fs::is_character_file("/dev/full"));
}
